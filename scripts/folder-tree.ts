import { readdirSync } from "node:fs";

const src = new URL("../src/", import.meta.url);

/** What each folder of `src` contains. */
const contents: Readonly<Record<string, string>> = {
  domain: "data and pure functions; time and ids are arguments",
  application: "one folder per feature, one file per use case; choreography.ts: which consumer reacts to which event",
  "application/board": "notices to the viewers of a board",
  "application/concert": "schedules, seats, sell-outs and their boards",
  "application/coupon": "coupons: queue, claims, settlement, sweeps, audit",
  "application/dead-letter": "events that a consumer could not process: list and replay",
  "application/notices": "subscribe to a key, publish a change, re-read; used by tasks, orders and boards",
  "application/order": "the steps of an order, cancellation and expiry",
  "application/outbox": "sends the events of committed rows to the bus",
  "application/payment": "payments: start, settle, sweep open ones, refund",
  "application/ports": "one interface per file; what use cases need from adapters",
  "application/product": "stock: add, change, audit",
  "application/retention": "deletes old rows",
  "application/sales": "books sales, fills and compares boards, closes days",
  "application/task": "follows a claim to its result",
  "application/webhook": "webhooks: create, change, and deliver events to their targets",
  adapters: "one folder per technology; none imports another",
  "adapters/cron": "node-cron",
  "adapters/http": "Express: server (toolkit), api (one file per resource), page (the live page)",
  "adapters/kafka": "kafkajs: topics, consumer groups, wire format",
  "adapters/memory": "queue, stock, boards and notices of one process",
  "adapters/provider": "payment providers: the sandbox, and the shop's payment bridge",
  "adapters/redis": "ioredis, and one file per Lua script",
  "adapters/sql": "knex on SQLite and MySQL; migrations; the journal",
  "adapters/system": "clock, ids, timers",
  "adapters/webhook": "the signed request to a webhook target, and which addresses it may have",
  bootstrap: "settings, wiring, start and stop; the only folder that imports the container",
};

/** Returns the folders of `src`, and the folders in `application` and `adapters`. */
const folders = (): readonly string[] => {
  const foldersOf = (path: string) =>
    readdirSync(new URL(path, src), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path}${name}`)
      .toSorted();
  return foldersOf("").flatMap((folder) => [
    folder,
    ...(folder === "application" || folder === "adapters" ? foldersOf(`${folder}/`) : []),
  ]);
};

/** Returns the tree of folders with their contents. @throws Error if `contents` and the folders differ */
export const folderTree = (): string => {
  const found = folders();
  const differing = [
    ...found.filter((folder) => !(folder in contents)),
    ...Object.keys(contents).filter((folder) => !found.includes(folder)),
  ];
  if (differing.length > 0) throw new Error(`scripts/folder-tree.ts and src/ differ: ${differing.join(", ")}`);
  const layers = Object.keys(contents).filter((folder) => !folder.includes("/"));
  const line = (folder: string) => {
    const name = `${"  ".repeat(folder.split("/").length)}${folder.split("/").at(-1)}/`;
    return `${name.padEnd(18)} ${contents[folder]}`;
  };
  const lines = layers.flatMap((layer) => found.filter((folder) => folder.split("/")[0] === layer).map(line));
  return ["```text", "src/", ...lines, "```"].join("\n");
};
