// Asks for the state of a training run once a second, and updates the page when it starts and when it ends.
import { parse, swap } from "./live.js";

const PAUSE_MS = 1000;
const followed = new WeakSet();

async function read(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the next request tries again
  }
}

// Keeps what was typed into the form meanwhile.
async function renew() {
  try {
    const page = parse(await (await fetch(location.href, { headers: { Accept: "text/html" } })).text());
    const form = document.querySelector("form[data-predict]");
    if (form) form.dataset.predict = page.querySelector("form[data-predict]")?.dataset.predict ?? "";
    swap(page, form ? ["training", "overview", "answer", "recent", "waiting-count", "serving"] : ["main", "waiting-count", "serving"]);
  } catch {
    location.reload();
  }
}

async function follow(box) {
  if (!box.isConnected) return;
  const run = document.hidden ? null : await read(`/api/v1/training-runs/${encodeURIComponent(box.dataset.run)}`);
  if (run && !["queued", "running"].includes(run.status)) return renew();
  if (run) show(box, run);
  setTimeout(follow, PAUSE_MS, box);
}

function show(box, run) {
  const stages = JSON.parse(document.getElementById("stages").textContent);
  box.querySelector("[data-run-stage]").textContent = stages[run.stage] ?? run.stage;
  box.querySelector("[data-run-share]").textContent = `${Math.round(run.progress * 100)}\u00a0%`;
  box.querySelector("[data-run-bar]").value = run.progress;
}

// Before the first run is queued: look for it.
async function lookForRun(box) {
  if (!box.isConnected) return;
  const runs = document.hidden ? null : await read("/api/v1/training-runs");
  if (runs && runs.length > Number(box.dataset.runs)) return renew();
  setTimeout(lookForRun, PAUSE_MS, box);
}

// Transactions that waited for the first model are about to be predicted, or a file is being imported.
function lookForPredictions(box) {
  setTimeout(() => box.isConnected && renew(), 2 * PAUSE_MS);
}

function begin() {
  for (const [boxes, work] of [["[data-run]", follow], ["[data-runs]", lookForRun], ["[data-kept]", lookForPredictions]]) {
    for (const box of document.querySelectorAll(boxes)) {
      if (followed.has(box)) continue;
      followed.add(box);
      work(box);
    }
  }
}

document.addEventListener("swapped", begin);
begin();
