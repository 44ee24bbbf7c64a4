// One key for each answer: on the page of one transaction, and in the review queue. On every page, / searches.
export const TYPED_INTO = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
const UPPER = 0.22; // share of the window above the current card, so that the last answer stays visible
const items = () => [...document.querySelectorAll("[data-queue] [data-item]:not([hidden])")];
let current = null;
let answered = []; // ids, the newest last
let lastRow = null; // of a group, whose box x changed last

function choose(item, { scroll = true } = {}) {
  current?.classList.remove("current");
  current = item ?? null;
  if (!current) return;
  current.classList.add("current");
  if (scroll) {
    current.focus({ preventScroll: true });
    bringUp(current);
  }
}

// Adds space below the last cards, so that they can scroll up too.
function bringUp(card) {
  const top = card.getBoundingClientRect().top + scrollY - UPPER * innerHeight;
  const main = document.querySelector("main");
  const room = document.documentElement.scrollHeight - innerHeight;
  if (top > room) main.style.paddingBlockEnd = `${parseFloat(getComputedStyle(main).paddingBlockEnd) + top - room}px`;
  scrollTo({ top, behavior: "instant" });
}

function lastUndo() {
  const undoOf = (element) => element?.querySelector("[data-undo]");
  const newest = answered.findLast((id) => undoOf(document.getElementById(id)));
  return undoOf(current) ?? undoOf(document.getElementById(newest)) ?? document.querySelector("[data-undo]");
}

function move(step) {
  const list = items();
  if (!list.length) return;
  if (moveInRows(step)) return;
  const at = list.indexOf(current) + step;
  if (at === list.length) loadMore();
  choose(list[Math.min(Math.max(at, 0), list.length - 1)]);
}

function rowWithFocus() {
  const row = document.activeElement?.closest("[data-row]");
  return row && current?.contains(row) ? row : null;
}

const rowsOfCurrent = () => [...current.querySelectorAll("[data-row]")];

// In the open transactions of a group; before the first comes the last, which is far down in a long list.
function moveInRows(step) {
  const row = rowWithFocus();
  if (!row) return false;
  const rows = rowsOfCurrent();
  rows.at((rows.indexOf(row) + step) % rows.length).focus();
  return true;
}

// Shows the transactions of a group; on one of them, leaves it out of the answer or takes it in again.
function leaveOut() {
  const row = rowWithFocus();
  if (row) {
    lastRow = row;
    return row.click();
  }
  const rows = current?.querySelector("[data-rows]");
  if (!rows) return;
  rows.open = true;
  rows.dispatchEvent(new CustomEvent("rows", { bubbles: true }));
}

// The same for all from the last one that was left out or taken in.
function leaveOutRange() {
  const row = rowWithFocus();
  const rows = row ? rowsOfCurrent() : [];
  if (!rows.includes(lastRow)) return leaveOut();
  const [from, to] = [rows.indexOf(lastRow), rows.indexOf(row)].sort((a, b) => a - b);
  for (const box of rows.slice(from, to + 1)) if (box.checked !== lastRow.checked) box.click();
}

function changeScope() {
  const scope = current?.querySelector("select[name=scope]");
  if (scope) scope.selectedIndex = (scope.selectedIndex + 1) % scope.options.length;
}

function findCategory() {
  const picker = current?.querySelector("[role=combobox]");
  if (picker) picker.click();
  else search();
}

// The first card that it loads gets the focus.
function loadMore() {
  document.querySelector('a[data-more="queue"]')?.click();
}

// On a page without a search field, it is the one of the list of transactions.
function search() {
  const field = document.getElementById("q");
  if (field) field.focus();
  else location.assign(document.body.dataset.search);
}

function nextWaiting() {
  const list = items();
  const after = list.slice(list.indexOf(current) + 1);
  const waits = (item) => !("answered" in item.dataset);
  const next = after.find(waits) ?? list.find(waits);
  if (!next) loadMore();
  choose(next ?? current);
}

function press(scope, key) {
  const button = scope?.querySelector(`[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
}

const queueKeys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  Enter: () => press(current, "1"),
  "/": findCategory,
  x: leaveOut,
  X: leaveOutRange,
  a: changeScope,
  s: () => current?.querySelector("[data-skip]")?.click(),
  z: () => lastUndo()?.requestSubmit(),
  "?": () => document.getElementById("keys-help")?.showModal(),
  c: () => current?.querySelector("[role=combobox]")?.click(),
  u: () => lastUndo()?.requestSubmit(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPED_INTO)) return;
  const onControl = event.target.closest?.("button, a, summary, label, input");
  const inQueue = items().length > 0;
  const scope = inQueue ? current : document.querySelector("[data-answer-keys]");
  let done = false;
  if (event.key === "/" && !inQueue) { search(); done = true; }
  else if (/^[1-9]$/.test(event.key)) done = press(scope, event.key);
  else if (event.key === "Enter" && onControl) return;
  else if (event.key === "Escape" && document.activeElement?.matches("[data-row]")) current?.focus({ preventScroll: true });
  else if (inQueue && queueKeys[event.key]) { queueKeys[event.key](); done = true; }
  else if (!inQueue && event.key === "Enter") { document.querySelector("[data-confirm]")?.click(); done = Boolean(document.querySelector("[data-confirm]")); }
  else if (!inQueue && event.key === "n") { document.querySelector("[data-predict] [name=description]")?.focus(); done = true; }
  else if (!inQueue && event.key === "u") lastUndo()?.requestSubmit();
  if (done) event.preventDefault();
});

document.addEventListener("answered", ({ detail }) => {
  answered = answered.filter((id) => id !== detail.id);
  if ("answered" in detail.dataset) answered.push(detail.id);
  if (!detail.matches("[data-item]")) return;
  choose(detail, { scroll: false });
  if ("answered" in detail.dataset) nextWaiting();
  else choose(detail);
});
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-queue] [data-item]");
  if (item && item !== current) choose(item, { scroll: false });
});
choose(items()[0], { scroll: false });
if (location.hash === "#q") search();
