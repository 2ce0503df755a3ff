import { parseArgs } from "node:util";
import Table from "cli-table3";
import { startBackends } from "./backends.js";
import { leaveMeasuredCore } from "./cores.js";
import type { Measurement, Row } from "./measurement.js";
import { accept } from "./measurements/accept.js";
import { boardReads } from "./measurements/boards.js";
import { concerts } from "./measurements/concerts.js";
import { dailyClose } from "./measurements/daily-close.js";
import { idle } from "./measurements/idle.js";
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
import { webhooks } from "./measurements/webhooks.js";
import { whole } from "./measurements/whole.js";
import { useNode } from "./node-version.js";

const measurements: Readonly<Record<string, Measurement>> = {
  accept,
  whole,
  refuse,
  settle,
  streams,
  latency,
  idle,
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
  webhooks,
  peers,
  scale,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, node: { type: "string" } },
});
const unknown = positionals.filter((name) => !(name in measurements));
if (unknown.length > 0) {
  console.error(`unknown measurement: ${unknown.join(", ")}. Measurements: ${Object.keys(measurements).join(", ")}`);
  process.exit(2);
}
if (values.node !== undefined) useNode(values.node);

leaveMeasuredCore();
const backends = await startBackends();
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(measurements)) {
  console.error(`measuring ${name}`);
  const measured = (await measurements[name]?.(backends)) ?? [];
  if (values.json) for (const row of measured) console.log(JSON.stringify(row));
  rows.push(...measured);
}
await backends.stop();

const met = (row: Row) => (row.met === undefined ? "" : row.met ? "yes" : "NO");
if (!values.json) {
  const table = new Table({ head: ["what", "value", "target", "met"], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [row.what, row.value, row.target, met(row)]));
  console.log(table.toString());
}
process.exitCode = rows.some((row) => row.met === false) ? 1 : 0;
