// Charts are drawn by Vega as SVG, without eval, and again when the width or the colours change.
const vega = vegaModules.vega();
const charts = [];

/** Okabe and Ito's colours, which people who are colour-blind tell apart; yellow is too pale. */
const palette = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#56B4E9",
  "#E69F00",
  "#7F7F7F",
  "#8B5A2B",
];
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3], [], [6, 3], [2, 2], [8, 3, 2, 3]];
/** From least to most in one hue. */
const heatLight = ["#ebf2f8", "#cfe1f0", "#93bfdf", "#4a93c7", "#1a5f9e", "#0b3566"];
const heatDark = ["#1b2733", "#20435f", "#2b6a97", "#4f98c9", "#96c7e8", "#e6f3fc"];

const darkColours = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;
const isDark = () => darkColours.matches && !printing;

const font = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

function chartConfig() {
  const axis = {
    labelColor: "var(--muted)",
    titleColor: "var(--muted)",
    titleFontWeight: "normal",
    domainColor: "var(--line)",
    gridColor: "var(--grid)",
    tickColor: "var(--line)",
    labelFont: font,
    titleFont: font,
    labelFontSize: 12,
    titleFontSize: 12,
    labelPadding: 5,
  };
  return {
    background: null,
    axis,
    legend: {
      labelColor: "var(--muted)",
      titleColor: "var(--muted)",
      titleFontWeight: "normal",
      labelFont: font,
      titleFont: font,
      labelFontSize: 11,
      titleFontSize: 11,
    },
    text: { fill: "var(--ink)", font, fontSize: 12 },
  };
}

const tip = h("div", { class: "tip", "aria-hidden": "true" });

/** Vega's tooltips: text in a box that follows the pointer. */
function showTip(handler, event, item, value) {
  if (value === null || value === undefined || value === "") {
    tip.style.display = "none";
    return;
  }
  tip.replaceChildren(...String(value).split("\n").map((line) => h("div", {}, h("bdi", {}, line))));
  tip.style.display = "block";
  const width = tip.offsetWidth;
  const left = Math.min(event.clientX + 14, window.innerWidth - width - 8);
  tip.style.left = Math.max(8, left) + "px";
  tip.style.top = Math.max(
    8,
    Math.min(event.clientY + 16, window.innerHeight - tip.offsetHeight - 8),
  ) + "px";
}

class Chart {
  /** `spec(width, dark)` gives Vega's specification for a width in pixels. */
  constructor(description, spec) {
    this.spec = spec;
    this.element = h("div", { class: "chart" });
    this.description = description;
    charts.push(this);
  }

  draw(width) {
    this.width = width;
    if (this.view) this.view.finalize();
    const spec = { description: this.description, ...this.spec(width, isDark()) };
    this.view = new vega.View(vega.parse(spec, chartConfig(), { ast: true }), {
      expr: vega.expressionInterpreter,
      renderer: "svg",
      container: this.element,
      hover: true,
      tooltip: showTip,
      logLevel: 1,
    });
    this.view.run();
    const svg = this.element.querySelector("svg");
    if (svg) svg.setAttribute("role", "img");
    if (svg) svg.setAttribute("aria-label", this.description);
  }

  /** Draws where the width or the colours are others than before. */
  fit(always) {
    const width = printing ? 660 : Math.floor(this.element.clientWidth);
    if (width > 0 && (always || width !== this.width)) this.draw(width);
  }
}

function fitCharts(always) {
  charts.forEach((chart) => chart.fit(always));
}

let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => fitCharts(false), 120);
});
darkColours.addEventListener("change", () => fitCharts(true));
window.addEventListener("beforeprint", () => {
  printing = true;
  fitCharts(true);
});
window.addEventListener("afterprint", () => {
  printing = false;
  fitCharts(true);
});
