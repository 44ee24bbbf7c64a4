// Stands in for @actual-app/api: the same functions over a budget that lies in a file of JSON.
import fs from 'node:fs';

const file = process.env.BUDGET_FILE;
const budget = JSON.parse(fs.readFileSync(file, 'utf8'));

const did = (name, ...given) => {
  budget.calls.push([name, ...given]);
  fs.writeFileSync(file, JSON.stringify(budget));
};

export const init = async ({ serverURL, password }) => did('init', serverURL, password);
export const downloadBudget = async (id) => did('downloadBudget', id);
export const loadBudget = async (id) => did('loadBudget', id);
export const shutdown = async () => did('shutdown');
export const getAccounts = async () => budget.accounts;
export const getPayees = async () => budget.payees;
export const getCategories = async () => budget.categories;
export const getCategoryGroups = async () => budget.groups;

export async function runBankSync() {
  did('runBankSync');
  if (budget.bank === 'away') throw new Error('no connection');
}

export async function getTransactions(account, start, end) {
  return budget.transactions.filter((each) => each.account === account && start <= each.date && each.date <= end);
}

export async function createCategoryGroup({ name }) {
  budget.groups.push({ id: `group-${name}`, name });
  did('createCategoryGroup', name);
  return `group-${name}`;
}

export async function createCategory({ name, group_id }) {
  budget.categories.push({ id: `category-${name}`, name, group_id });
  did('createCategory', name, group_id);
  return `category-${name}`;
}

export async function updateTransaction(id, fields) {
  Object.assign(budget.transactions.find((each) => each.id === id), fields);
  did('updateTransaction', id, fields);
}
