// a[data-part="id"]: fetches a slow part from the link's page after the page loads, and replaces #id with it.
// If that fails, the link stays and opens the page.
import { parse, swap } from "./live.js";

async function fetchPart(link) {
  const words = link.textContent;
  link.textContent = link.dataset.busy;
  link.ariaBusy = "true";
  try {
    const page = parse(await (await fetch(link.href, { headers: { Accept: "text/html" } })).text());
    swap(page, [link.dataset.part]);
  } finally {
    link.textContent = words;
    link.ariaBusy = null;
  }
}

for (const link of document.querySelectorAll("a[data-part]")) fetchPart(link).catch(() => {});
