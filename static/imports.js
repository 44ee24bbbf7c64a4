// Import page: accepts a dropped file and shows the progress of a running import.
import { parse, swap } from "./live.js";

const PAUSE_MS = 700;

const form = document.querySelector("form[data-drop]");
if (form) {
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => form.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    form.elements.file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

async function follow(box) {
  if (!box.isConnected) return;
  const answer = document.hidden ? null : await fetch(`/api/v1/imports/${encodeURIComponent(box.dataset.import)}`).catch(() => null);
  const report = answer?.ok ? await answer.json() : null;
  if (report && !["running", "undoing"].includes(report.status)) {
    if ("reload" in box.dataset) return location.reload(); // the preview has scripts of its own
    swap(parse(await (await fetch(location.href, { headers: { Accept: "text/html" } })).text()), ["main", "waiting-count"]);
    return;
  }
  if (report) {
    box.querySelector("[data-import-share]").textContent = `${Math.round(report.progress * 100)}\u00a0%`;
    box.querySelector("[data-import-bar]").value = report.progress;
  }
  setTimeout(follow, PAUSE_MS, box);
}

for (const box of document.querySelectorAll("[data-import]")) follow(box);
