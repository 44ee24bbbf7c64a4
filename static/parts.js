// a[data-part="id"]: what takes a while is fetched from the link's page at once, and takes the place of #id.
// Where that fails the link stays, and leads there.
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
