import Table from "cli-table3";
import { leaveMeasuredCore } from "./cores.js";
import { startEngines } from "./engines.js";
import type { Measurement, Row } from "./measurement.js";
import { accept } from "./measurements/accept.js";
import { boardReads } from "./measurements/boards.js";
import { concerts } from "./measurements/concerts.js";
import { dailyClose } from "./measurements/daily-close.js";
import { latency } from "./measurements/latency.js";
import { listeners } from "./measurements/listeners.js";
import { midnight } from "./measurements/midnight.js";
import { orders } from "./measurements/orders.js";
import { payments } from "./measurements/payments.js";
import { peers } from "./measurements/peers.js";
import { refuse } from "./measurements/refuse.js";
import { relay } from "./measurements/relay.js";
import { sales } from "./measurements/sales.js";
import { scale } from "./measurements/scale.js";
import { settle } from "./measurements/settle.js";
import { start } from "./measurements/start.js";
import { streams } from "./measurements/streams.js";
import { whole } from "./measurements/whole.js";

const figures: Readonly<Record<string, Measurement>> = {
  accept,
  whole,
  refuse,
  settle,
  streams,
  latency,
  start,
  orders,
  relay,
  payments,
  listeners,
  sales,
  boards: boardReads,
  "daily-close": dailyClose,
  midnight,
  concerts,
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
const lines: Row[] = [];
for (const name of names.length > 0 ? names : Object.keys(figures)) {
  console.error(`measuring ${name}`);
  lines.push(...((await figures[name]?.(engines)) ?? []));
}
await engines.stop();

const table = new Table({ head: ["what", "measured", "target", "met"], style: { head: [], border: [] } });
const met = (line: Row) => (line.met === undefined ? "" : line.met ? "yes" : "NO");
table.push(...lines.map((line) => [line.what, line.measured, line.target, met(line)]));
console.log(table.toString());
process.exitCode = lines.some((line) => line.met === false) ? 1 : 0;
