// The review by group: the transactions of a group are fetched when they are shown.
import { parse } from "./live.js";

async function showRows(details, { focus }) {
  const link = details.querySelector("a[data-rows-of]");
  if (link && link.ariaBusy !== "true") {
    link.ariaBusy = "true";
    try {
      const page = parse(await (await fetch(link.href, { headers: { Accept: "text/html" } })).text());
      const rows = page.getElementById(`rows-${link.dataset.rowsOf}`);
      if (!rows) return location.assign(link.href);
      link.closest("p").replaceWith(document.adoptNode(rows));
    } catch {
      link.ariaBusy = null;
      return;
    }
  }
  if (focus) details.querySelector("[data-row]")?.focus();
}

document.addEventListener("toggle", ({ target }) => {
  if (target.matches?.("[data-rows]") && target.open) showRows(target, { focus: false });
}, true);
document.addEventListener("rows", ({ target }) => showRows(target, { focus: true }));
document.querySelector("[data-keys-help]")?.addEventListener("click", () => document.getElementById("keys-help").showModal());
