// select[data-picker]: a searchable list of categories. The hidden select holds the value that is sent.
// Only Enter on a choice, or a click on it, sends the form; Escape, Tab and leaving restore the earlier value.
const list = document.createElement("ul");
Object.assign(list, { id: "picker-list", hidden: true });
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Categories");
list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus

let open = null; // the picker whose list is shown

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/\s+/g, " ");

function allChoices() {
  return JSON.parse(document.getElementById("category-choices")?.textContent ?? "[]");
}

// 0 is best; Infinity does not match. A name matches anywhere, its synonyms only at the start of a word.
function rank({ slug, name, words }, typed) {
  const text = plain(name);
  const others = ` ${plain(`${slug} ${words}`)}`;
  if (!typed.split(" ").every((word) => text.includes(word) || others.includes(` ${word}`))) return Infinity;
  if (text.startsWith(typed)) return 0;
  if (text.includes(` ${typed}`)) return 1;
  return others.includes(` ${typed}`) ? 2 : 3; // sport: Entertainment, by a synonym, before Transport
}

function matching(typed) {
  const wanted = plain(typed);
  const choices = allChoices();
  const matches = choices.map((choice) => [rank(choice, wanted), choice]).filter(([at]) => at < Infinity);
  matches.sort(([a], [b]) => a - b);
  const shown = matches.map(([, choice]) => choice);
  const exists = choices.some((choice) => plain(choice.name) === wanted || choice.slug === wanted);
  if (wanted && !exists) shown.push({ slug: "", name: typed.trim(), create: true });
  return shown;
}

function optionOf(choice, index) {
  const item = document.createElement("li");
  const dot = document.createElement("span");
  dot.className = "dot";
  item.id = `picker-option-${index}`;
  item.setAttribute("role", "option");
  if (choice.create) item.className = "create";
  else item.className = `cat-${choice.slug}`;
  item.append(...(choice.create ? [`Create “${choice.name}”`] : [dot, choice.name]));
  item.addEventListener("click", () => open?.take(choice));
  return item;
}

class Picker {
  constructor(select) {
    this.select = select;
    this.box = document.createElement("div");
    this.box.className = "picker";
    this.input = document.createElement("input");
    this.before = select.value ? select.selectedOptions[0].textContent : "";
    Object.assign(this.input, { type: "text", value: this.before, placeholder: select.dataset.picker, maxLength: 100 });
    for (const [name, value] of Object.entries({
      role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
    })) this.input.setAttribute(name, value);
    if (select.ariaLabel) this.input.ariaLabel = select.ariaLabel;
    select.removeAttribute("aria-label");
    if (select.id) this.input.id = select.id;
    select.removeAttribute("id");
    delete select.dataset.picker;
    select.hidden = true;
    select.before(this.box);
    this.box.append(this.input);
    this.input.addEventListener("input", () => this.show(this.input.value));
    this.input.addEventListener("click", () => open === this || this.showAll());
    this.input.addEventListener("blur", () => this.restore());
    this.input.addEventListener("keydown", (event) => this.press(event));
  }

  showAll() {
    this.input.focus({ preventScroll: true });
    this.input.select();
    this.show("");
  }

  show(typed) {
    if (open && open !== this) open.restore();
    open = this;
    this.shown = matching(typed);
    list.replaceChildren(...this.shown.map(optionOf));
    if (!this.box.contains(list)) this.box.append(list);
    list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    position();
    const current = typed ? 0 : this.shown.findIndex((choice) => choice.name === this.before);
    this.mark(this.shown[current]?.create ? -1 : current); // a category is never created by mistake
  }

  mark(index) {
    this.active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", list.children[index].id);
    const item = list.children[index]; // scrollIntoView would move the page too
    if (item.offsetTop < list.scrollTop) list.scrollTop = item.offsetTop;
    const below = item.offsetTop + item.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  close() {
    if (open !== this) return;
    open = null;
    list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  restore() {
    this.close();
    this.input.value = this.before;
  }

  take(choice) {
    const { form } = this.select;
    form.elements.namedItem("new_category")?.remove();
    if (choice.create) {
      const name = Object.assign(document.createElement("input"), { type: "hidden", name: "new_category", value: choice.name });
      form.append(name);
    } else if (![...this.select.options].some((option) => option.value === choice.slug)) {
      this.select.add(new Option(choice.name, choice.slug));
    }
    this.select.value = choice.slug;
    this.before = choice.name;
    this.restore();
    form.requestSubmit();
  }

  press(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (open !== this) return this.showAll();
      const count = this.shown.length;
      if (count) this.mark(key === "ArrowDown" ? (this.active + 1) % count : (Math.max(this.active, 0) + count - 1) % count);
    } else if (key === "Enter") {
      event.preventDefault(); // otherwise the browser presses the form's first button
      if (event.repeat) return;
      if (open !== this) this.showAll();
      else if (this.active >= 0) this.take(this.shown[this.active]);
      else if (this.shown.length) this.mark(0); // a second Enter takes it
    } else if (key === "Escape") {
      event.stopPropagation();
      this.restore();
      this.box.closest("[data-item]")?.focus({ preventScroll: true });
    }
  }
}

// Shows the list above or below its field, on the side with more room, and never cut off by a card or a table.
function position() {
  if (!open) return;
  const field = open.input.getBoundingClientRect();
  const width = Math.max(field.width, 240);
  const below = innerHeight - field.bottom;
  const above = below < 200 && field.top > below;
  list.style.inlineSize = `${width}px`;
  list.style.insetInlineStart = `${Math.max(8, Math.min(field.left, document.documentElement.clientWidth - width - 8))}px`;
  list.style.maxBlockSize = `${Math.min(280, (above ? field.top : below) - 12)}px`;
  list.style.insetBlockStart = above ? "auto" : `${field.bottom + 4}px`;
  list.style.insetBlockEnd = above ? `${innerHeight - field.top + 4}px` : "auto";
}

addEventListener("scroll", position, { passive: true });
addEventListener("resize", position);

const enhanceAll = () => document.querySelectorAll("select[data-picker]").forEach((select) => new Picker(select));
document.addEventListener("swapped", enhanceAll);
enhanceAll();
