// form[data-bulk]: counts the ticked rows, and ticks ranges (Shift) and the row with the focus (x). Cancel on the next
// page, whose link ends with #bulk, restores the selection. [data-bulk-progress]: follows a change of very many.
import { TYPED_INTO } from "./keys.js";
import { parse } from "./live.js";

const form = document.querySelector("[data-bulk]");
let last = null; // the value of the box that was ticked or unticked last

const boxes = () => [...document.querySelectorAll("#rows input[name=id]")];
const all = form?.querySelector("[data-bulk-all]");
const whole = document.querySelector("[data-bulk-page]");

function show() {
  const ticked = boxes().filter((box) => box.checked).length;
  const total = all?.checked ? Number(form.dataset.bulk) : ticked;
  form.hidden = total === 0;
  const count = form.querySelector("[data-bulk-count]");
  const more = all?.checked ? (form.dataset.bulkMore ?? "") : "";
  const words = `${total.toLocaleString(document.documentElement.lang)}${more} ${total === 1 ? count.dataset.one : count.dataset.many} selected`;
  if (count.textContent !== words) count.textContent = words;
  whole.checked = ticked > 0 && ticked === boxes().length;
  whole.indeterminate = ticked > 0 && !whole.checked;
}

function tick(box, checked, range) {
  const list = boxes();
  const from = range ? list.findIndex((other) => other.value === last) : -1;
  const at = list.indexOf(box);
  const span = from < 0 ? [box] : list.slice(Math.min(from, at), Math.max(from, at) + 1);
  for (const other of span) other.checked = checked;
  last = box.value;
  if (all && !checked) all.checked = false;
  show();
}

function tickAll(checked) {
  for (const box of boxes()) box.checked = checked;
  if (all && !checked) all.checked = false;
  show();
}

function move(row, step) {
  const rows = [...document.querySelectorAll("#rows > tr")];
  let at = row ? rows.indexOf(row) + step : 0;
  while (rows[at]?.matches(".row-edit")) at += step; // the open form of a row
  rows[at]?.querySelector("a.text")?.focus();
}

const KEPT = "bulk";

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...new FormData(form)]));
  } catch {
    // Without storage, Cancel forgets the selection.
  }
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  const ids = new Set(kept.filter(([name]) => name === "id").map(([, id]) => id));
  for (const box of boxes()) box.checked = ids.has(box.value);
  for (const [name, value] of kept) {
    if (name === "all" && all) all.checked = true;
    for (const field of form.querySelectorAll(`.filters [name="${name}"]`)) field.value = value;
  }
  const typed = [...form.querySelectorAll(".filters :is(input, select)")].find((field) => field.value);
  form.querySelector("details").open = Boolean(typed);
  history.replaceState(null, "", location.pathname + location.search);
  boxes().find((box) => box.checked)?.closest("tr").scrollIntoView({ block: "center" });
}

if (form && whole) {
  form.addEventListener("submit", keep);
  if (location.hash === "#bulk") restore();
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("#rows input[name=id]");
    if (box) tick(box, box.checked, event.shiftKey);
  });
  whole.addEventListener("change", () => tickAll(whole.checked));
  all?.addEventListener("change", () => tickAll(all.checked));
  form.querySelector("[data-bulk-none]").addEventListener("click", () => tickAll(false));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPED_INTO)) return;
    const row = event.target.closest?.("#rows > tr");
    const box = row?.querySelector("input[name=id]");
    if (event.key.toLowerCase() === "x" && box) tick(box, event.shiftKey || !box.checked, event.shiftKey);
    else if (event.key === "j" || event.key === "k") move(row, event.key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("swapped", show);
  show(); // the browser may have kept ticks over a reload
}

const PAUSE_MS = 1000;

async function followChange() {
  const answer = document.hidden ? null : await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.redirected) location.replace(answer.url);
  else {
    if (answer?.ok) document.querySelector("[data-bulk-progress]").replaceWith(parse(await answer.text()).querySelector("[data-bulk-progress]"));
    setTimeout(followChange, PAUSE_MS);
  }
}

if (document.querySelector("[data-bulk-progress]")) setTimeout(followChange, PAUSE_MS);
