import { element, setText } from "./element.js";
import { count, dayOf, timeOf } from "./words.js";

const dayMs = 86_400_000;
const heightPx = 220;
const darkness = matchMedia("(prefers-color-scheme: dark)");

const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const axis = (facts) => ({
  stroke: colour("--muted"),
  grid: { stroke: colour("--line"), width: 1 },
  ticks: { stroke: colour("--line"), width: 1 },
  font: "12px system-ui, sans-serif",
  ...facts,
});

const options = (label) => ({
  width: 300,
  height: heightPx,
  legend: { show: false },
  cursor: { show: false },
  padding: [12, 32, 0, 0],
  scales: { x: { time: true }, y: { range: (_chart, _least, most) => [0, Math.max(1, most)] } },
  axes: [
    axis({
      space: 76,
      values: (chart, splits) => {
        const { min, max } = chart.scales.x;
        const words = (max - min) * 1000 > dayMs ? dayOf : timeOf;
        return splits.map((at) => words(at * 1000));
      },
    }),
    axis({ size: 56, values: (_chart, splits) => splits.map((n) => (Number.isInteger(n) ? count(n) : "")) }),
  ],
  series: [
    {},
    {
      label,
      stroke: colour("--accent"),
      fill: colour("--accent-soft"),
      width: 2,
      paths: globalThis.uPlot.paths.linear(),
      points: { show: false },
    },
    { label: "Limit", stroke: colour("--muted"), width: 1, dash: [6, 4], points: { show: false } },
  ],
});

/**
 * A curve of a count that climbs towards a limit. A canvas says nothing to a screen reader, so words beside it say
 * where the curve stands. `show` takes points `{at: ms, value}` in order.
 */
export const curve = (label, signal) => {
  const words = element("figcaption");
  const canvas = element("div", { class: "chart", "aria-hidden": "true" });
  const figure = element("figure", {}, canvas, words);
  const chart = new globalThis.uPlot(options(label), [[], [], []], canvas);

  const fit = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) chart.setSize({ width: Math.floor(contentRect.width), height: heightPx });
  });
  fit.observe(canvas);
  darkness.addEventListener("change", () => chart.redraw(false, true), { signal });
  const leave = () => {
    fit.disconnect();
    chart.destroy();
  };
  signal.addEventListener("abort", leave, { once: true });

  const show = (points, limit, text) => {
    setText(words, text);
    if (signal.aborted) return;
    const at = points.map((point) => point.at / 1000);
    chart.setData([at, points.map(({ value }) => value), points.map(() => limit)]);
  };
  return { figure, show };
};

const mostSamples = 3000;

/** The samples of a count: those that change nothing only move the curve's end. */
export class Samples {
  points = [];

  add(at, value) {
    const [before, last] = this.points.slice(-2);
    if (last !== undefined && at <= last.at) return;
    if (last?.value === value && before?.value === value) this.points.pop();
    this.points.push({ at, value });
    // Every other one of the older half goes, so that hours of watching stay a bounded work.
    if (this.points.length > mostSamples)
      this.points = this.points.filter((_, index) => index > mostSamples / 2 || index % 2 === 0);
  }
}
