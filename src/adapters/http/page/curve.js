import { element, setText } from "./element.js";
import { formatCount, formatDay, formatTime } from "./format.js";

const dayMs = 86_400_000;
const heightPx = 220;
const darkScheme = matchMedia("(prefers-color-scheme: dark)");

const color = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const axis = (options) => ({
  stroke: color("--muted"),
  grid: { stroke: color("--line"), width: 1 },
  ticks: { stroke: color("--line"), width: 1 },
  font: "12px system-ui, sans-serif",
  ...options,
});

const chartOptions = (label) => ({
  width: 300,
  height: heightPx,
  legend: { show: false },
  cursor: { show: false },
  padding: [12, 32, 0, 0],
  scales: { x: { time: true }, y: { range: (_chart, _min, max) => [0, Math.max(1, max)] } },
  axes: [
    axis({
      space: 76,
      values: (chart, splits) => {
        const { min, max } = chart.scales.x;
        const format = (max - min) * 1000 > dayMs ? formatDay : formatTime;
        return splits.map((at) => format(at * 1000));
      },
    }),
    axis({ size: 56, values: (_chart, splits) => splits.map((n) => (Number.isInteger(n) ? formatCount(n) : "")) }),
  ],
  series: [
    {},
    {
      label,
      stroke: color("--accent"),
      fill: color("--accent-soft"),
      width: 2,
      paths: globalThis.uPlot.paths.linear(),
      points: { show: false },
    },
    { label: "Limit", stroke: color("--muted"), width: 1, dash: [6, 4], points: { show: false } },
  ],
});

/**
 * A chart of a count that rises to a limit. Screen readers cannot read a canvas, so a caption states the current value.
 * `show` takes points `{at: ms, value}` in order of time.
 */
export const curve = (label, signal) => {
  const caption = element("figcaption");
  const canvas = element("div", { class: "chart", "aria-hidden": "true" });
  const figure = element("figure", {}, canvas, caption);
  const chart = new globalThis.uPlot(chartOptions(label), [[], [], []], canvas);

  const resizer = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) chart.setSize({ width: Math.floor(contentRect.width), height: heightPx });
  });
  resizer.observe(canvas);
  darkScheme.addEventListener("change", () => chart.redraw(false, true), { signal });
  const destroy = () => {
    resizer.disconnect();
    chart.destroy();
  };
  signal.addEventListener("abort", destroy, { once: true });

  const show = (points, limit, text) => {
    setText(caption, text);
    if (signal.aborted) return;
    const at = points.map((point) => point.at / 1000);
    chart.setData([at, points.map(({ value }) => value), points.map(() => limit)]);
  };
  return { figure, show };
};

const maxSamples = 3000;

/** The samples of a count over time. A sample that repeats the last value only moves the end of the curve. */
export class Samples {
  points = [];

  add(at, value) {
    const [previous, last] = this.points.slice(-2);
    if (last !== undefined && at <= last.at) return;
    if (last?.value === value && previous?.value === value) this.points.pop();
    this.points.push({ at, value });
    // Drops every second sample of the older half, which bounds memory and drawing time.
    if (this.points.length > maxSamples)
      this.points = this.points.filter((_, index) => index > maxSamples / 2 || index % 2 === 0);
  }
}
