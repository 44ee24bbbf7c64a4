// a[data-row-edit]: opens the form of its row below it; the link itself opens the transaction's page.
// form[data-row-form]: sent; the response is the changed row, or the form again with what is wrong.
import { announce, onSubmit, parse, refreshTotals, say, send, sentenceOf, swap } from "./live.js";

function show(fresh, row, old) {
  fresh.cells[0].colSpan = row.cells.length;
  if (old) old.replaceWith(fresh);
  else row.after(fresh);
  (fresh.querySelector("[aria-invalid=true]") ?? fresh.querySelector("input:not([type=hidden])"))?.focus();
}

async function open(link) {
  const row = link.closest("tr");
  const id = row.id.replace("row-", "edit-");
  if (document.getElementById(id)) return close(document.getElementById(id));
  const page = parse(await (await fetch(link.dataset.rowEdit, { headers: { Accept: "text/html" } })).text());
  const fresh = page.getElementById(id);
  if (fresh) show(document.adoptNode(fresh), row);
  else location.assign(link.href);
}

function close(edit) {
  const link = document.getElementById(edit.id.replace("edit-", "row-"))?.querySelector("[data-row-edit]");
  edit.remove();
  link?.focus();
}

async function save(form, submitter) {
  const id = form.dataset.rowForm;
  const edit = document.getElementById(`edit-${id}`);
  const { page } = await send(form, submitter);
  const again = page.getElementById(`edit-${id}`);
  if (again) return show(document.adoptNode(again), document.getElementById(`row-${id}`), edit);
  if (!page.getElementById(`row-${id}`)) return say(sentenceOf(page));
  swap(page, [`row-${id}`]);
  announce(page.querySelector("[data-announce]")?.textContent ?? "");
  close(edit);
  refreshTotals().catch(() => {}); // the sums stay as they were
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-row-cancel]")) return close(event.target.closest("tr"));
  const link = event.target.closest("a[data-row-edit]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  await open(link).catch(() => location.assign(link.href));
});

document.addEventListener("keydown", (event) => {
  const edit = event.key === "Escape" && event.target.closest?.(".row-edit");
  if (edit) close(edit);
});

onSubmit("[data-row-form]", save);
