#!/usr/bin/env node
// Fetches new transactions from the bank into Actual, asks Ledgerloop what to call them, and sets what is
// sure. Without --apply it only says what it would do. docs/webhooks.md tells how to set it up.
//
//   --apply           change Actual; without it nothing is changed
//   --learn           also tell Ledgerloop what you have categorized yourself, so that it learns from it
//   --note TEXT       add TEXT (a tag such as #check) to the notes of those nobody is sure of
//   --make            make categories that Actual has not, in a group "Ledgerloop"
//   --days N          how far back to look (90)
//   --no-bank-sync    do not ask the bank first

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
    await actual.loadBudget(env.ACTUAL_BUDGET_ID); // a budget that lies in ACTUAL_DATA_DIR
  } else {
    await actual.downloadBudget(env.ACTUAL_SYNC_ID, { password: env.ACTUAL_ENCRYPTION_PASSWORD });
  }
}

async function fetchFromBank() {
  try {
    await actual.runBankSync();
  } catch (error) {
    console.warn(`The bank could not be asked: ${error.message}`);
  }
}

/** The transactions of all accounts that have categories, in the time asked for. */
async function newest() {
  const day = (moment) => moment.toISOString().slice(0, 10);
  const start = day(new Date(Date.now() - Number(options.days) * 24 * 3600 * 1000));
  const found = [];
  for (const account of await actual.getAccounts()) {
    if (!account.closed && !account.offbudget) {
      found.push(...(await actual.getTransactions(account.id, start, day(new Date()))));
    }
  }
  return found.filter((each) => each.amount && !each.starting_balance_flag && !each.transfer_id);
}

/** As Ledgerloop reads them: the names beside the ids. */
function told(transactions, payees, categories) {
  const named = (each) => ({
    ...each,
    payee_name: payees.get(each.payee) ?? null,
    category_name: categories.get(each.category)?.name ?? null,
    subtransactions: each.subtransactions?.map(named),
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
  return new Map(results.map((each) => [each.id, each]));
}

/** The id of Actual's category of this name; undefined where there is none and none is to be made. */
async function categoryId(name, categories) {
  const same = (each) => each.name.trim().toLowerCase() === name.toLowerCase();
  const found = [...categories.values()].find(same);
  if (found || !options.make) return found?.id;
  if (!options.apply) return 'new';
  const groups = await actual.getCategoryGroups();
  const group =
    groups.find((each) => each.name === 'Ledgerloop')?.id ??
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
  const isWritten = (each) =>
    Object.entries(changed.get(each.id) ?? {}).every(([name, value]) => each[name] === value);
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
  const payees = new Map((await actual.getPayees()).map((each) => [each.id, each.name]));
  const categories = new Map((await actual.getCategories()).map((each) => [each.id, each]));
  const transactions = await newest();
  // Actual cannot change a part of a split transaction by its API, so those are only learned from.
  const open = transactions.filter((each) => !each.category && !each.is_parent);
  const answers = await ask(told(options.learn ? transactions : open, payees, categories));
  const missing = new Set();
  let set = 0, unsure = 0;
  for (const each of open) {
    const answer = answers.get(each.id);
    if (!answer || answer.error) {
      console.warn(`${each.date}  not taken: ${answer?.error.detail ?? 'no answer'}`);
      continue;
    }
    const sure = answer.category && !answer.needs_review;
    const category = sure ? await categoryId(answer.category, categories) : undefined;
    const name = each.imported_payee ?? payees.get(each.payee) ?? '';
    if (category) {
      set += 1;
      console.log(`${each.date}  ${name}  ->  ${answer.category}`);
      await change(each.id, { category });
    } else {
      unsure += 1;
      if (sure) missing.add(answer.category);
      const noted = !options.note || each.notes?.includes(options.note);
      if (!noted) await change(each.id, { notes: withNote(each.notes) });
    }
  }
  for (const each of transactions) {
    if (options.note && each.category && each.notes?.includes(options.note)) {
      await change(each.id, { notes: withoutNote(each.notes) });
    }
  }
  await settle();
  if (missing.size) console.log(`Actual has no category ${[...missing].join(', ')}: make it, or use --make.`);
  console.log(`${set} ${options.apply ? 'set' : 'would be set'}, ${unsure} to check.`);
  if (!options.apply) console.log('Nothing was changed; --apply does it.');
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
