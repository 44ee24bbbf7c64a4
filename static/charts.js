// Draws the figures of the page in the colours of the theme, and again when the theme or the width changes.
import { arrive } from "./live.js";

/* global Plotly */
const narrow = matchMedia("(max-width: 43.99rem)");
const ROLES = ["ink", "muted", "line", "surface", "accent"];
const PRINTED = { ink: "#1c2226", muted: "#59636b", line: "#e1ded6", surface: "#ffffff", accent: "#0b6b60" };
let printing = false;

const role = (name) => {
  const probe = document.createElement("span");
  probe.className = `role-${name}`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
};

function themed(figure) {
  const colors = printing ? PRINTED : Object.fromEntries(ROLES.map((name) => [name, role(name)]));
  const { ink, muted, line, surface } = colors;
  const axis = (overrides = {}) => ({ gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: { color: muted, size: 12 }, ticks: "", ...overrides });
  const onPhone = narrow.matches && !printing ? figure.layout.meta?.phone : {};
  const layout = {
    ...figure.layout,
    ...onPhone,
    font: { family: getComputedStyle(document.body).fontFamily, color: ink, size: 13 },
    hoverlabel: { ...figure.layout.hoverlabel, bgcolor: surface, bordercolor: line, font: { color: ink } },
    xaxis: axis({ ...figure.layout.xaxis, ...onPhone?.xaxis }),
    yaxis: axis(figure.layout.yaxis),
  };
  const data = figure.data.map((trace) => {
    const color = colors[trace.meta];
    return color ? { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } } : trace;
  });
  return { data, layout };
}

// A printed chart has the width of its column on A4, whatever the window's is.
function printedSize(element) {
  const wide = element.closest(".wide:not(.split)");
  return { autosize: false, width: wide ? 670 : 315, height: wide ? 200 : 170, font: { size: 10, color: PRINTED.ink } };
}

// What is folded, or not printed, has no size: it is drawn when it is shown.
async function draw(element) {
  if (!element.checkVisibility()) return;
  const figure = JSON.parse(document.getElementById(element.dataset.plot).textContent);
  const { data, layout } = themed(figure);
  if (printing) Object.assign(layout, printedSize(element));
  await Plotly.react(element, data, layout, { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false });
  if (element.dataset.drawn) return fit(element);
  element.dataset.drawn = "yes";
  element.on("plotly_click", ({ points: [point] }) => follow(point.customdata));
  sizes.observe(element);
}

function fit(element) {
  if (!printing && element.checkVisibility() && Math.abs(element.clientWidth - element._fullLayout.width) > 1) Plotly.Plots.resize(element);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) fit(target);
});

// The second value of a point is the address of its rows; keyboards find the same links in the table.
function follow(customdata) {
  const address = Array.isArray(customdata) ? customdata[1] : "";
  if (typeof address === "string" && address.startsWith("/")) location.assign(address);
}

async function drawAll() {
  for (const element of document.querySelectorAll("[data-plot]")) await draw(element);
  document.documentElement.dataset.charts = "drawn";
}

function childrenOf(button) {
  const rows = [];
  for (let row = button.closest("tr").nextElementSibling; row?.matches(".child"); row = row.nextElementSibling) rows.push(row);
  return rows;
}

function expand(button, open) {
  button.setAttribute("aria-expanded", open);
  for (const row of childrenOf(button)) row.hidden = !open;
}

const foldable = (details) => details.dataset.fold !== "phone" || narrow.matches;

// Without scripts every table is open, and every subcategory shown.
function fold(root) {
  for (const details of root.querySelectorAll("details[data-fold]")) {
    details.open = !foldable(details);
    details.addEventListener("toggle", () => {
      if (details.open) for (const plot of details.querySelectorAll("[data-plot]")) draw(plot);
    });
  }
  for (const button of root.querySelectorAll("[data-expand]")) {
    expand(button, false);
    button.addEventListener("click", () => expand(button, button.getAttribute("aria-expanded") !== "true"));
  }
}

let opened = [];
addEventListener("beforeprint", () => {
  printing = true;
  opened = [...document.querySelectorAll("details[data-fold]:not([open])")];
  for (const details of opened) details.open = true;
  drawAll();
});
addEventListener("afterprint", () => {
  printing = false;
  for (const details of opened) details.open = false;
  drawAll();
});
document.querySelector("[data-print]")?.addEventListener("click", () => print());

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
narrow.addEventListener("change", () => {
  for (const details of document.querySelectorAll("details[data-fold='phone']")) details.open = !narrow.matches;
  drawAll();
});
new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
fold(document);
const fragments = [...document.querySelectorAll("[data-fragment]")];
await drawAll();

for (const element of fragments) {
  const fresh = await arrive(element);
  if (!fresh) continue;
  fold(fresh);
  for (const plot of fresh.querySelectorAll("[data-plot]")) await draw(plot);
}
