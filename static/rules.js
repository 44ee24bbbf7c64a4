// form[data-rule="operators by field"]: offers the comparisons that fit, and previews the rule while it is typed.
import { send, swap } from "./live.js";

const QUIET_MS = 400;
const form = document.querySelector("[data-rule]");
let timer;
let running = false;

function fit(line, operators) {
  const [field, op] = line.querySelectorAll("select");
  const fitting = operators[field.value];
  for (const option of op.options) option.hidden = option.disabled = !fitting.includes(option.value);
  if (!fitting.includes(op.value)) [op.value] = fitting;
  line.querySelector("[data-last]").hidden = op.value !== "between";
  line.querySelector("[data-value]").hidden = op.value.startsWith("is_");
  const [value, last] = line.querySelectorAll("input");
  for (const input of [value, last]) {
    input.type = field.value === "date" ? "date" : "text";
    input.inputMode = field.value === "amount" && op.value !== "in" ? "decimal" : "";
  }
  if (last.closest("[hidden]")) last.value = "";
  line.querySelector(`label[for="${value.id}"]`).textContent = op.value === "between" ? "From" : "Value";
}

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(preview, QUIET_MS);
};

// One at a time: with very many transactions it takes seconds.
async function preview() {
  if (running) return later();
  running = true;
  try {
    const { page } = await send(form, form.querySelector("[name=preview]"));
    swap(page, ["preview"]);
  } catch { // the last preview stays
  } finally {
    running = false;
  }
}

if (form) {
  const operators = JSON.parse(form.dataset.rule);
  const fitAll = () => form.querySelectorAll("[data-condition]").forEach((line) => fit(line, operators));
  form.addEventListener("input", () => {
    fitAll();
    later();
  });
  fitAll();
}
