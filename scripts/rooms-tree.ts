import { readdirSync } from "node:fs";

const src = new URL("../src/", import.meta.url);

/** What each room holds, as the folders lie. */
const holds: Readonly<Record<string, string>> = {
  domain: "data and pure functions; time and ids are arguments",
  application: "one folder a feature, one file a use case; choreography.ts: who reacts to what",
  "application/board": "who watches a board is told when it changes",
  "application/concert": "schedules, seats, sell-outs and their boards",
  "application/coupon": "drops: queue, claims, settlement, sweeps, audit",
  "application/dead-letter": "what a group could not take, once more",
  "application/order": "the saga's steps, cancellation and expiry",
  "application/outbox": "events of committed rows on their way to the bus",
  "application/payment": "charging once, and closing what stayed open",
  "application/ports": "what use cases ask of the world, one interface a file",
  "application/product": "stock: added, changed, audited",
  "application/retention": "rows that are needed no more",
  "application/sales": "sales booked, boards filled, days closed",
  "application/task": "following a claim to its end",
  "application/webhook": "sell-outs told to the outside",
  adapters: "one folder a technology; none knows another",
  "adapters/cron": "node-cron",
  "adapters/http": "Express: routes, streams, callers, OpenAPI, the live page",
  "adapters/kafka": "kafkajs: topics, groups, wire format",
  "adapters/memory": "queue, stock, boards and notices of one process",
  "adapters/provider": "the sandbox payment provider",
  "adapters/redis": "ioredis, and its Lua scripts, one a file",
  "adapters/sql": "knex on SQLite and MySQL; migrations; the journal",
  "adapters/system": "clock, ids, timers",
  "adapters/webhook": "the signed request to a listener",
  bootstrap: "settings, wiring, start and stop; alone knows the container",
};

/** The folders of `src`, and within those of features and technologies. */
const rooms = (): readonly string[] => {
  const foldersOf = (path: string) =>
    readdirSync(new URL(path, src), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path}${name}`)
      .toSorted();
  return foldersOf("").flatMap((room) => [
    room,
    ...(room === "application" || room === "adapters" ? foldersOf(`${room}/`) : []),
  ]);
};

/** The tree of rooms. @throws Error where a folder has no words here, or words have no folder */
export const roomsTree = (): string => {
  const found = rooms();
  const strange = [
    ...found.filter((room) => !(room in holds)),
    ...Object.keys(holds).filter((r) => !found.includes(r)),
  ];
  if (strange.length > 0) throw new Error(`rooms-tree.ts and src/ differ: ${strange.join(", ")}`);
  const order = Object.keys(holds).filter((room) => !room.includes("/"));
  const line = (room: string) => {
    const name = `${"  ".repeat(room.split("/").length)}${room.split("/").at(-1)}/`;
    return `${name.padEnd(18)} ${holds[room]}`;
  };
  const lines = order.flatMap((top) => found.filter((room) => room.split("/")[0] === top).map(line));
  return ["```text", "src/", ...lines, "```"].join("\n");
};
