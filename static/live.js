// Forms and links that work without scripts, made faster: the same requests, but only the changed parts are swapped.
//
//   form[data-live="ids"]   sent; the page that answers gives the elements of these ids
//   form[data-answer]       sent; the answer is the changed row or item, and the merchant's others on this page
//   a[data-more="id"]       the next page's children of #id are appended

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

/** Put what takes longer than the page into it; null if it does not come. */
export async function arrive(element) {
  element.setAttribute("aria-busy", "true");
  const answer = await fetch(element.dataset.fragment, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    element.removeAttribute("aria-busy");
    return null;
  }
  swap(parse(await answer.text()), [element.id]);
  return document.getElementById(element.id);
}

// For screen readers; on the page, the sentence is shown next to what changed.
export function announce(sentence) {
  document.getElementById("announce").textContent = sentence;
}

export async function send(form, submitter, more = {}) {
  const body = new URLSearchParams(new FormData(form, submitter));
  for (const [name, value] of Object.entries(more)) body.append(name, value);
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Live": "1", Accept: "text/html" } });
  return { answer, page: parse(await answer.text()) };
}

// The other rows or cards of the same merchant: an answer changes them too.
function othersOf(form) {
  const own = form.closest("[data-merchant]");
  if (!own?.dataset.merchant) return [];
  return [...document.querySelectorAll("[data-merchant]")].filter((other) => (
    other !== own && other.dataset.merchant === own.dataset.merchant && other.dataset.answered !== "person"
  ));
}

export function sentenceOf(page) {
  return page.querySelector(".error-page p:not(.status), [role=alert]")?.textContent.trim() ?? "That did not work; please try again.";
}

// What is changed in a list may change the sums above it.
export async function refreshTotals() {
  if (!document.getElementById("totals")) return;
  swap(parse(await (await fetch(location.href, { headers: { Accept: "text/html" } })).text()), ["totals"]);
  const totals = document.getElementById("totals");
  if (totals.dataset.fragment) await arrive(totals);
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
  const others = othersOf(form).map((other) => other.id.split("-").pop()).join(",");
  const { answer: reply, page } = await send(form, submitter, { others });
  const parts = [...page.querySelectorAll("[id^=row-], [id^=item-]")];
  if (!reply.ok || !parts.length) return say(sentenceOf(page));
  const [part] = parts;
  const focused = document.getElementById(part.id)?.contains(document.activeElement);
  swap(page, [...parts.map((part) => part.id), "waiting-count", "review-count", "category-choices"]);
  announce(page.querySelector("[data-announce]")?.textContent.trim() ?? "");
  if (new FormData(form).has("new_category")) refreshColours();
  if (focused) part.querySelector("[role=combobox]")?.focus({ preventScroll: true });
  refreshTotals().catch(() => {}); // the sums stay as they were
  document.dispatchEvent(new CustomEvent("answered", { detail: part }));
}

function refreshColours() {
  const sheet = document.querySelector("link[href*='categories.css']");
  if (sheet) sheet.href = `${sheet.href.split("?")[0]}?${Date.now()}`;
}

// Forms of `selector` are sent by `work`, one at a time.
export function onSubmit(selector, work) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches(selector) || event.defaultPrevented) return;
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
}

onSubmit("[data-answer]", answer);
onSubmit("[data-live]", live);

export async function loadMore(link, { focus = true } = {}) {
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    const page = parse(await (await fetch(link.href, { headers: { Accept: "text/html" } })).text());
    const fresh = [...(page.getElementById(link.dataset.more)?.children ?? [])];
    document.getElementById(link.dataset.more).append(...fresh.map((row) => document.adoptNode(row)));
    // A card takes the keys itself; in a table the first control does.
    const target = fresh[0]?.matches("[data-item]") ? fresh[0] : fresh[0]?.querySelector("a, select, button");
    if (focus) target?.focus({ preventScroll: true });
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
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  loadMore(link);
});

// a[data-auto]: loads by itself when it comes into view.
if ("IntersectionObserver" in window) {
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting && target.isConnected) loadMore(target, { focus: false });
  }, { rootMargin: "600px" });
  for (const link of document.querySelectorAll("a[data-auto]")) near.observe(link);
}
