// Draws the figures of the page in the colours of the theme, and again when the theme changes.
/* global Plotly */
const role = (name) => {
  const probe = document.createElement("span");
  probe.className = `role-${name}`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
};

function themed(figure) {
  const colors = Object.fromEntries(["ink", "muted", "line", "surface", "accent"].map((name) => [name, role(name)]));
  const { ink, muted, line, surface } = colors;
  const axis = (overrides = {}) => ({ gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: { color: muted, size: 12 }, ticks: "", ...overrides });
  const layout = {
    ...figure.layout,
    font: { family: getComputedStyle(document.body).fontFamily, color: ink, size: 13 },
    hoverlabel: { ...figure.layout.hoverlabel, bgcolor: surface, bordercolor: line, font: { color: ink } },
    xaxis: axis(figure.layout.xaxis),
    yaxis: axis(figure.layout.yaxis),
  };
  const data = figure.data.map((trace) => {
    const color = colors[trace.meta];
    return color ? { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } } : trace;
  });
  return { data, layout };
}

function draw(element) {
  const figure = JSON.parse(document.getElementById(element.dataset.plot).textContent);
  const { data, layout } = themed(figure);
  return Plotly.react(element, data, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false });
}

async function drawAll() {
  for (const element of document.querySelectorAll("[data-plot]")) await draw(element);
  document.documentElement.dataset.charts = "drawn";
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
drawAll();
