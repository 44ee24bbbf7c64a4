// A prediction while a transaction is typed; nothing is stored.
const PAUSE_MS = 280;
let timer;
let newest = 0;

function amountOf(typed) {
  const text = typed.replace(/[\s'’\p{Sc}]/gu, "");
  if (/^\d+([.,]\d{1,2})?$/.test(text)) return text.replace(",", ".");
  return /^\d{1,3}(,\d{2,3})*,\d{3}(\.\d{1,2})?$/.test(text) ? text.replaceAll(",", "") : null;
}

const SENT = ["description", "subcategory", "mode", "date", "account", "counterparty"];

function bodyOf(form) {
  const value = (name) => form.elements[name].value.trim();
  const amount = amountOf(value("amount"));
  if ((value("amount") && !amount) || !(value("description") || value("subcategory"))) return null;
  const body = { save: false, direction: value("direction") };
  if (amount) body.amount = amount;
  for (const name of SENT) if (value(name)) body[name] = value(name);
  if (/^[0-9]{4}$/.test(value("mcc"))) body.mcc = value("mcc");
  if (/^[A-Za-z]{3}$/.test(value("currency"))) body.currency = value("currency").toUpperCase();
  return body;
}

function nameOf(slug) {
  return document.querySelector(`#category-names [value="${CSS.escape(slug)}"]`)?.textContent ?? slug;
}

function show(output, prediction) {
  output.replaceChildren();
  if (!prediction) return;
  if (!prediction.category) return output.append("Uncategorized");
  const chip = document.createElement("span");
  chip.className = `chip cat-${prediction.category}`;
  chip.textContent = nameOf(prediction.category);
  output.append(chip, `${Math.min(99, Math.round(prediction.confidence * 100))} %`);
}

async function guess(form) {
  const output = form.querySelector("[data-guess]");
  const body = bodyOf(form);
  const request = ++newest;
  if (!body) return show(output, null);
  try {
    const answer = await fetch("/api/v1/predict", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (request === newest) show(output, answer.ok ? await answer.json() : null);
  } catch {
    if (request === newest) show(output, null);
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-predict]");
  if (!form || form.dataset.predict === "waiting") return;
  clearTimeout(timer);
  timer = setTimeout(guess, PAUSE_MS, form);
});
// The server's date may differ from the visitor's.
function dateHere() {
  const input = document.querySelector("input[data-today]");
  if (!input || input.value !== input.defaultValue) return;
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  input.value = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
dateHere();
document.addEventListener("swapped", () => {
  newest++;
  dateHere();
});
