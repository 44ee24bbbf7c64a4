// A select made searchable: type to narrow, arrows to move, Enter to take. The select stays, hidden, and is what is sent.
let count = 0;

function enhance(select) {
  const list = document.createElement("ul");
  const input = document.createElement("input");
  const box = document.createElement("div");
  const id = `picker-${++count}`;
  box.className = "picker";
  Object.assign(list, { id, hidden: true, role: "listbox" });
  list.setAttribute("aria-label", "Categories");
  input.placeholder = select.dataset.picker;
  for (const [name, value] of Object.entries({
    type: "text", role: "combobox", autocomplete: "off", "aria-controls": id, "aria-expanded": "false", "aria-autocomplete": "list",
  })) input.setAttribute(name, value);
  input.id = select.id;
  select.removeAttribute("id");
  delete select.dataset.picker;
  select.hidden = true;
  select.before(box);
  box.append(input, list);

  const choices = [...select.options].filter((each) => each.value).map((each) => ({ value: each.value, name: each.textContent }));
  let shown = [];
  let active = 0;

  function open() {
    const words = input.value.trim().toLowerCase();
    shown = choices.filter((each) => each.name.toLowerCase().includes(words))
      .sort((a, b) => Number(!a.name.toLowerCase().startsWith(words)) - Number(!b.name.toLowerCase().startsWith(words)));
    active = 0;
    list.replaceChildren(...shown.map(row));
    if (!shown.length) {
      list.append(Object.assign(document.createElement("li"), { className: "none-found", textContent: "No category of this name" }));
      list.firstChild.setAttribute("role", "option");
      list.firstChild.setAttribute("aria-disabled", "true");
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  }

  function row(choice, index) {
    const item = document.createElement("li");
    item.id = `${id}-${index}`;
    item.setAttribute("role", "option");
    const dot = document.createElement("span");
    dot.className = "dot";
    item.className = `cat-${choice.value}`;
    item.append(dot, choice.name);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => { take(choice); submit(); });
    return item;
  }

  function mark() {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === active && shown.length > 0)));
    if (shown.length) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function take(choice) {
    select.value = choice.value;
    input.value = choice.name;
    close();
  }

  // The button beside the select says what is done with the choice; the form's first button would confirm instead.
  function submit() {
    const button = box.parentElement.querySelector("button[type=submit]");
    select.form.requestSubmit(button ?? undefined);
  }

  input.addEventListener("input", () => { select.value = ""; open(); });
  input.addEventListener("focus", open);
  input.addEventListener("click", () => list.hidden && open());
  input.addEventListener("blur", () => {
    const exact = choices.find((each) => each.name.toLowerCase() === input.value.trim().toLowerCase());
    if (exact) take(exact);
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return open();
      active = (active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % Math.max(shown.length, 1);
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden && select.value) submit();
      else if (!list.hidden && shown[active]) { take(shown[active]); submit(); }
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
}

const all = () => document.querySelectorAll("select[data-picker]").forEach(enhance);
document.addEventListener("swapped", all);
all();
