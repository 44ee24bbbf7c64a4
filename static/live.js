// Forms and links that work without scripts, made quick: the same requests, but only the changed parts are swapped.
//
//   form[data-live="ids"]   sent; the page that answers gives the elements of these ids
//   form[data-answer]       sent; the answer is the changed row or item, and a toast
//   a[data-more="id"]       the next page's children of #id are appended
//   select[data-submit-on-change]   sends its form once a choice is made

const TOAST_MS = 12000;
let toastTimer;

export function swap(from, ids) {
  for (const id of ids) {
    const fresh = from.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
  }
  document.dispatchEvent(new CustomEvent("swapped"));
}

export function toast(element) {
  document.getElementById("toasts").replaceChildren(element);
  clearTimeout(toastTimer);
  const dismiss = () => {
    if (element.matches(":hover, :focus-within")) toastTimer = setTimeout(dismiss, 2000);
    else element.remove();
  };
  toastTimer = setTimeout(dismiss, TOAST_MS);
}

export function say(sentence) {
  const element = document.createElement("div");
  element.className = "toast";
  element.append(Object.assign(document.createElement("span"), { textContent: sentence }));
  toast(element);
}

export const parse = (text) => new DOMParser().parseFromString(text, "text/html");

async function send(form, submitter) {
  const body = new FormData(form, submitter);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), headers: { "X-Live": "1", Accept: "text/html" } });
  return { answer, page: parse(await answer.text()) };
}

function sentenceOf(page) {
  return page.querySelector(".error-page p:not(.status), [role=alert]")?.textContent.trim() ?? "That did not work; please try again.";
}

async function live(form, submitter) {
  const { answer, page } = await send(form, submitter);
  const ids = form.dataset.live.split(" ").filter((id) => page.getElementById(id));
  if (!ids.length) return say(sentenceOf(page));
  swap(page, [form.id, ...ids, "waiting-count"].filter(Boolean));
  if (answer.redirected) history.replaceState(null, "", answer.url);
  (document.querySelector("[aria-invalid=true]") ?? document.querySelector("[data-confirm], [data-key]"))?.focus();
}

async function answer(form, submitter) {
  const { answer: reply, page } = await send(form, submitter);
  const part = page.querySelector("[id^=row-], [id^=item-]");
  if (!reply.ok || !part) return say(sentenceOf(page));
  const old = document.getElementById(part.id);
  const focused = old?.contains(document.activeElement);
  old?.replaceWith(document.adoptNode(part));
  const said = page.querySelector("[data-toast]");
  swap(page, ["waiting-count", "queue-count"]);
  if (said) toast(document.adoptNode(said));
  if (focused) part.querySelector("select")?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("answered", { detail: part }));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const work = form.matches("[data-answer]") ? answer : form.matches("[data-live]") ? live : null;
  if (!work || event.defaultPrevented) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    await work(form, event.submitter);
  } catch {
    say("Ledgerloop did not answer; nothing was changed. Please try again.");
  } finally {
    form.ariaBusy = null;
  }
});

// A choice by pointer is sent at once. By keyboard, where each arrow key changes the value, Enter or leaving sends it.
let byKey = false;
document.addEventListener("pointerdown", () => (byKey = false), true);
document.addEventListener("keydown", (event) => {
  byKey = true;
  if (event.key === "Enter" && event.target.matches?.("select[data-submit-on-change][data-changed]")) settle(event.target);
}, true);
document.addEventListener("change", (event) => {
  const select = event.target;
  if (!select.matches("select[data-submit-on-change]")) return;
  select.dataset.changed = "";
  if (!byKey) settle(select);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("select[data-changed]")) settle(event.target);
});

function settle(select) {
  if (!("changed" in select.dataset)) return;
  delete select.dataset.changed;
  if (select.value) select.form.requestSubmit();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  link.ariaBusy = "true";
  try {
    const page = parse(await (await fetch(link.href, { headers: { Accept: "text/html" } })).text());
    const fresh = [...(page.getElementById(link.dataset.more)?.children ?? [])];
    document.getElementById(link.dataset.more).append(...fresh.map((each) => document.adoptNode(each)));
    fresh[0]?.querySelector("a, select, button")?.focus({ preventScroll: true });
    const shown = document.querySelector("[data-shown]");
    if (shown) shown.textContent = document.getElementById(link.dataset.more).children.length.toLocaleString(document.documentElement.lang);
    const next = page.querySelector("a[data-more]");
    if (next) link.href = next.href;
    else link.remove();
    link.ariaBusy = null;
    document.dispatchEvent(new CustomEvent("swapped"));
  } catch {
    location.assign(link.href);
  }
});
