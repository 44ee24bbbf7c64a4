// form[data-splits="amount"]: shows what the parts leave, offers it in empty lines, and adds lines.
const form = document.querySelector("[data-splits]");

// In whole numbers of the smallest unit. Of two different marks the last is the decimal one; a single one is, unless
// it is not the visitor's and three digits follow. The server reads an amount so too.
function units(text, places, mark = ".") {
  const marks = text.replace(/[^.,]/g, "");
  const last = marks.at(-1);
  const single = marks.length === 1 && (last === mark || !/[.,]\d{3}\s*$/.test(text));
  const cut = single || new Set(marks).size === 2 ? text.lastIndexOf(last) : text.length;
  const [whole, decimals] = [text.slice(0, cut), text.slice(cut)].map((part) => part.replace(/\D/g, ""));
  return BigInt((whole || "0") + decimals.padEnd(places, "0").slice(0, places));
}

function shown(amount, places, mark) {
  const digits = String(amount < 0n ? -amount : amount).padStart(places + 1, "0");
  const cut = digits.length - places;
  return `${amount < 0n ? "−" : ""}${digits.slice(0, cut)}${places ? mark + digits.slice(cut) : ""}`;
}

function show() {
  const { splits: total, mark } = form.dataset;
  const places = total.includes(".") ? total.split(".")[1].length : 0;
  const amounts = [...form.querySelectorAll("[name=part_amount]")];
  const sum = amounts.reduce((before, input) => before + units(input.value, places, mark), 0n);
  const left = shown(units(total, places) - sum, places, mark);
  form.querySelector("[data-split-left]").textContent = left;
  for (const input of amounts) input.placeholder = left;
}

function addLine() {
  const lines = form.querySelectorAll("[data-split-line]");
  const line = lines[lines.length - 1].cloneNode(true);
  for (const field of line.querySelectorAll("input, select")) {
    const id = field.id.replace(/\d+$/, String(lines.length + 1));
    line.querySelector(`label[for="${field.id}"]`).htmlFor = id;
    Object.assign(field, { id, value: "" });
  }
  lines[lines.length - 1].after(line);
  line.querySelector("input").focus();
  show();
}

if (form) {
  form.addEventListener("input", show);
  form.querySelector("[name=more]").addEventListener("click", (event) => {
    event.preventDefault();
    addLine();
  });
  show();
}
