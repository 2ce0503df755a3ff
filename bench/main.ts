import Table from "cli-table3";
import { leaveMeasuredCore } from "./cores.js";
import { startEngines } from "./engines.js";
import type { Figure, Line } from "./figure.js";
import { accept } from "./figures/accept.js";
import { boardReads } from "./figures/boards.js";
import { drain } from "./figures/drain.js";
import { halls } from "./figures/halls.js";
import { latency } from "./figures/latency.js";
import { listeners } from "./figures/listeners.js";
import { midnight } from "./figures/midnight.js";
import { night } from "./figures/night.js";
import { orders } from "./figures/orders.js";
import { payments } from "./figures/payments.js";
import { peers } from "./figures/peers.js";
import { refuse } from "./figures/refuse.js";
import { relay } from "./figures/relay.js";
import { sales } from "./figures/sales.js";
import { scale } from "./figures/scale.js";
import { start } from "./figures/start.js";
import { streams } from "./figures/streams.js";
import { whole } from "./figures/whole.js";

const figures: Readonly<Record<string, Figure>> = {
  accept,
  whole,
  refuse,
  drain,
  streams,
  latency,
  start,
  orders,
  relay,
  payments,
  listeners,
  sales,
  boards: boardReads,
  night,
  midnight,
  halls,
  peers,
  scale,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in figures));
if (unknown.length > 0) {
  console.error(`no such figure: ${unknown.join(", ")}; there are ${Object.keys(figures).join(", ")}`);
  process.exit(2);
}

leaveMeasuredCore();
const engines = await startEngines();
const lines: Line[] = [];
for (const name of names.length > 0 ? names : Object.keys(figures)) {
  console.error(`measuring ${name}`);
  lines.push(...((await figures[name]?.(engines)) ?? []));
}
await engines.stop();

const table = new Table({ head: ["what", "measured", "target", "met"], style: { head: [], border: [] } });
const met = (line: Line) => (line.met === undefined ? "" : line.met ? "yes" : "NO");
table.push(...lines.map((line) => [line.what, line.measured, line.target, met(line)]));
console.log(table.toString());
process.exitCode = lines.some((line) => line.met === false) ? 1 : 0;
