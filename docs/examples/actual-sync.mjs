#!/usr/bin/env node
// Imports new bank transactions into Actual, asks Ledgerloop for their categories, and sets those that are
// certain. Without --apply it only prints what it would do. docs/webhooks.md describes the set-up.
//
//   --apply           change Actual; without it nothing is changed
//   --learn           also send Ledgerloop what you have categorized yourself, so that it learns from it
//   --note TEXT       add TEXT (a tag such as #check) to the notes of uncertain ones
//   --make            create categories that Actual lacks, in a group "Ledgerloop"
//   --days N          how far back to look (90)
//   --no-bank-sync    do not synchronize with the bank first

import { parseArgs } from 'node:util';
import * as actual from '@actual-app/api';

const { values: options } = parseArgs({
  options: {
    apply: { type: 'boolean', default: false },
    learn: { type: 'boolean', default: false },
    note: { type: 'string' },
    make: { type: 'boolean', default: false },
    days: { type: 'string', default: '90' },
    'no-bank-sync': { type: 'boolean', default: false },
  },
});
const env = process.env;
const ledgerloop = (env.LEDGERLOOP_URL ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
const AT_ONCE = 1000; // Ledgerloop takes up to 10,000

async function open() {
  await actual.init({
    dataDir: env.ACTUAL_DATA_DIR ?? '.',
    serverURL: env.ACTUAL_SERVER_URL,
    password: env.ACTUAL_PASSWORD,
  });
  if (env.ACTUAL_BUDGET_ID) {
    await actual.loadBudget(env.ACTUAL_BUDGET_ID); // a budget in ACTUAL_DATA_DIR
  } else {
    await actual.downloadBudget(env.ACTUAL_SYNC_ID, { password: env.ACTUAL_ENCRYPTION_PASSWORD });
  }
}

async function fetchFromBank() {
  try {
    await actual.runBankSync();
  } catch (error) {
    console.warn(`Bank synchronization failed: ${error.message}`);
  }
}

/** The transactions of all accounts that have categories, in the time asked for. */
async function newest() {
  const day = (moment) => moment.toISOString().slice(0, 10);
  const start = day(new Date(Date.now() - Number(options.days) * 24 * 3600 * 1000));
  const transactions = [];
  for (const account of await actual.getAccounts()) {
    if (!account.closed && !account.offbudget) {
      const own = await actual.getTransactions(account.id, start, day(new Date()));
      transactions.push(...own.map((transaction) => ({ ...transaction, account_name: account.name })));
    }
  }
  return transactions.filter(
    (transaction) => transaction.amount && !transaction.starting_balance_flag && !transaction.transfer_id,
  );
}

/** As Ledgerloop reads them: with names in addition to ids. */
function withNames(transactions, payees, categories) {
  const named = (transaction) => ({
    ...transaction,
    payee_name: payees.get(transaction.payee) ?? null,
    category_name: categories.get(transaction.category)?.name ?? null,
    subtransactions: transaction.subtransactions?.map(named),
  });
  return transactions.map(named);
}

async function ask(transactions) {
  const results = [];
  for (let start = 0; start < transactions.length; start += AT_ONCE) {
    const response = await fetch(`${ledgerloop}/api/v1/webhooks/actual`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ transactions: transactions.slice(start, start + AT_ONCE) }),
      signal: AbortSignal.timeout(120_000),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`Ledgerloop answered ${response.status}: ${answer.detail}`);
    results.push(...answer.results);
  }
  return new Map(results.map((result) => [result.id, result]));
}

/** The id of Actual's category of this name; undefined where there is none and none is to be made. */
async function categoryId(name, categories) {
  const same = (category) => category.name.trim().toLowerCase() === name.toLowerCase();
  const found = [...categories.values()].find(same);
  if (found || !options.make) return found?.id;
  if (!options.apply) return 'new';
  const groups = await actual.getCategoryGroups();
  const group =
    groups.find(({ name }) => name === 'Ledgerloop')?.id ??
    (await actual.createCategoryGroup({ name: 'Ledgerloop' }));
  const id = await actual.createCategory({ name, group_id: group });
  categories.set(id, { id, name });
  return id;
}

const changed = new Map();

async function change(id, fields) {
  if (!options.apply) return;
  changed.set(id, fields);
  await actual.updateTransaction(id, fields);
}

/** Wait until every change can be read: updateTransaction returns before it is written. */
async function settle() {
  const isWritten = (transaction) =>
    Object.entries(changed.get(transaction.id) ?? {}).every(([name, value]) => transaction[name] === value);
  for (let patience = 100; changed.size && patience; patience -= 1) {
    if ((await newest()).every(isWritten)) return;
    await new Promise((later) => setTimeout(later, 200));
  }
  if (changed.size) throw new Error('Actual has not written every change; please run this again.');
}

function withNote(notes) {
  return `${notes ?? ''} ${options.note}`.trim();
}

function withoutNote(notes) {
  return notes.replace(options.note, '').replace(/ {2,}/g, ' ').trim();
}

async function main() {
  if (!options['no-bank-sync']) await fetchFromBank();
  const payees = new Map((await actual.getPayees()).map((payee) => [payee.id, payee.name]));
  const categories = new Map((await actual.getCategories()).map((category) => [category.id, category]));
  const transactions = await newest();
  // Actual cannot change a part of a split transaction by its API, so those are only used for learning.
  const open = transactions.filter((transaction) => !transaction.category && !transaction.is_parent);
  const answers = await ask(withNames(options.learn ? transactions : open, payees, categories));
  const missing = new Set();
  let set = 0, unsure = 0;
  for (const transaction of open) {
    const answer = answers.get(transaction.id);
    if (!answer || answer.error) {
      console.warn(`${transaction.date}  rejected: ${answer?.error.detail ?? 'no answer'}`);
      continue;
    }
    const sure = answer.category && !answer.needs_review;
    const category = sure ? await categoryId(answer.category, categories) : undefined;
    const name = transaction.imported_payee ?? payees.get(transaction.payee) ?? '';
    if (category) {
      set += 1;
      console.log(`${transaction.date}  ${name}  ->  ${answer.category}`);
      await change(transaction.id, { category });
    } else {
      unsure += 1;
      if (sure) missing.add(answer.category);
      const noted = !options.note || transaction.notes?.includes(options.note);
      if (!noted) await change(transaction.id, { notes: withNote(transaction.notes) });
    }
  }
  for (const transaction of transactions) {
    if (options.note && transaction.category && transaction.notes?.includes(options.note)) {
      await change(transaction.id, { notes: withoutNote(transaction.notes) });
    }
  }
  await settle();
  if (missing.size) console.log(`Actual has no category ${[...missing].join(', ')}: create it, or use --make.`);
  console.log(`${set} ${options.apply ? 'set' : 'would be set'}, ${unsure} to check.`);
  if (!options.apply) console.log('Nothing was changed; use --apply to change Actual.');
}

try {
  await open();
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await actual.shutdown();
}
