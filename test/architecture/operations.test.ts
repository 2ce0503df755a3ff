import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import {
  couponKeys,
  loadingKeys,
  probeKeys,
  salesBoardKey,
  soldOutBoardKeys,
} from "../../src/adapters/redis/redis-keys.js";
import { closeDatabase, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { choreograph, type Reactions } from "../../src/application/choreography.js";
import type { OldRows } from "../../src/application/ports/row-retention.js";
import { PurgeRows } from "../../src/application/retention/purge-rows.js";
import { kafkaFaults, redisFaults, sqlFaults } from "../../src/bootstrap/backend-rules.js";
import type { CouponId } from "../../src/domain/ids.js";
import { salesWindows } from "../../src/domain/sales-window.js";
import { fastestBoard } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { startHttpApp } from "../support/http-app.js";
import { root, sourceFiles } from "./source-files.js";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const operations = read("docs/operations.md");
const goingLive = read("docs/going-live.md");

/** Returns the cells of each row, for all tables whose first columns have these names. */
const rowsUnder = (page: string, ...columns: readonly string[]): readonly (readonly string[])[] =>
  [...page.matchAll(/^\|(.*)\|\n\|(?: --- \|)+\n((?:\|.*\|\n)+)/gm)].flatMap(([, head = "", body = ""]) => {
    const cells = (line: string) => line.split("|").map((cell) => cell.trim());
    if (columns.some((column, index) => cells(head)[index] !== column)) return [];
    return body
      .trimEnd()
      .split("\n")
      .map((line) => cells(line.slice(1, -1)));
  });

const codesIn = (text = ""): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

type Metric = { readonly type: string; readonly labels: Set<string> };
type Metrics = ReadonlyMap<string, Metric>;

/** Returns the metric of a name in a query; a histogram is exported in three parts. */
const metricOf = (metrics: Metrics, name: string): Metric | undefined => {
  const whole = metrics.get(name.replace(/_(bucket|count|sum)$/, ""));
  return whole?.type === "histogram" && !metrics.has(name) ? whole : metrics.get(name);
};

const metricsIn = (scraped: string): Metrics => {
  const metrics = new Map<string, Metric>();
  for (const [, name = "", type = ""] of scraped.matchAll(/^# TYPE (\w+) (\w+)$/gm))
    metrics.set(name, { type, labels: new Set() });
  for (const [, name = "", labels = ""] of scraped.matchAll(/^(\w+)\{(.*)\} /gm))
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g))
      if (label !== "le") metricOf(metrics, name)?.labels.add(label);
  return metrics;
};

/** Returns all metrics that a node with all roles exports, with their labels. */
const scrape = async (): Promise<Metrics> => {
  const app = await startHttpApp();
  await app.work();
  await app.ask("POST", "/api/v1/coupons/none/claims", { as: "kim" });
  await app.ask("POST", "/api/v1/payments", { as: "kim", body: {} });
  const webhook = { url: "https://shop.example/hooks", events: ["order.confirmed"] };
  await app.ask("POST", "/api/v1/admin/webhooks", { body: webhook });
  const scraped = async () => (await app.ask("GET", "/metrics")).text;
  // The labels of this metric appear after the first run of the hourly deletion.
  await expect.poll(scraped).toContain("rushboard_rows_purged{");
  return metricsIn(await scraped());
};
let scraped: Promise<Metrics> | undefined;
const exportedMetrics = (): Promise<Metrics> => {
  scraped ??= scrape();
  return scraped;
};

/** Returns the metrics and labels of a PromQL query, and the labels of its result if it is an aggregate. */
const readQuery = (query: string) => {
  const bare = query.replaceAll(/"[^"]*"/g, '""').replaceAll(/\[[^\]]*\]|\boffset \w+/g, "");
  const grouped = [...bare.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = ""]) => labels.split(/\s*,\s*/));
  const matched = [...bare.matchAll(/(\w+)\s*[!=][=~]?""/g)].map(([, label = ""]) => label);
  const rest = bare.replaceAll(/\bby \([^)]*\)|\{[^}]*\}/g, "");
  const words = [...rest.matchAll(/\b[a-z_]\w*\b(?!\s*\()/gi)].map(([word]) => word);
  const names = words.filter((word) => !["sum", "max", "and", "or", "unless"].includes(word));
  return { names, labels: [...grouped, ...matched], kept: /\b(sum|max|absent)\b/.test(rest) ? grouped : undefined };
};

/** Returns metrics and labels of a query, and labels of its displayed result, that do not exist. */
const unknownIn = (metrics: Metrics, query: string, displayed: readonly string[] = []): readonly string[] => {
  const { names, labels, kept } = readQuery(query);
  const known = names.map((name) => (name === "up" ? { labels: [] } : metricOf(metrics, name)));
  const existing = ["job", "instance", ...known.flatMap((metric) => [...(metric?.labels ?? [])])];
  if (names.some((name) => name.endsWith("_bucket"))) existing.push("le");
  return [
    ...names.filter((_, index) => known[index] === undefined),
    ...labels.filter((label) => !existing.includes(label)),
    ...displayed.filter((label) => !(kept ?? existing).includes(label)),
  ];
};

const alertRules = z
  .strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        rules: z.array(
          z.strictObject({
            alert: z.string().regex(/^Rushboard[A-Z]/),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+m$/)
              .optional(),
            labels: z.strictObject({ severity: z.enum(["critical", "warning"]) }),
            annotations: z.strictObject({ summary: z.string(), action: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(read("docs/prometheus-alerts.yml")))
  .groups.flatMap(({ rules }) => rules);
const alerts = alertRules.map(({ alert }) => alert).toSorted();

const target = z.looseObject({ expr: z.string(), legendFormat: z.string() });
const position = z.strictObject({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) });
const common = { id: z.int(), title: z.string().min(1), gridPos: position };
const row = z.looseObject({ ...common, type: z.literal("row") });
const chart = z.looseObject({
  ...common,
  type: z.enum(["stat", "timeseries"]),
  description: z.string(),
  targets: z.array(target).nonempty(),
});
const { panels } = z
  .looseObject({ uid: z.string(), title: z.string(), panels: z.array(z.union([row, chart])).nonempty() })
  .parse(JSON.parse(read("docs/grafana-dashboard.json")));

describe("the table of metrics", () => {
  const documented = rowsUnder(operations, "metric", "labels").flatMap(([names, labels]) =>
    codesIn(names).map((name) => ({ name, labels: codesIn(labels) })),
  );

  it("has every metric that a node exports, once, and no other", async () => {
    const metrics = [...(await exportedMetrics()).keys()];
    // Some process metrics exist on Linux only.
    const isExpected = (name: string) => process.platform === "linux" || name.startsWith("rushboard_");
    expect(documented.map(({ name }) => name).filter(isExpected)).toHaveLength(metrics.filter(isExpected).length);
    expect(documented.map(({ name }) => name).filter(isExpected)).toEqual(
      expect.arrayContaining(metrics.filter(isExpected).toSorted()),
    );
  });

  it("has the labels of each metric", async () => {
    const metrics = await exportedMetrics();
    for (const { name, labels } of documented) {
      const seen = [...(metrics.get(name)?.labels ?? [])].toSorted();
      if (name.startsWith("rushboard_")) expect([name, seen]).toEqual([name, labels.toSorted()]);
      // A label appears with its first event, for example a garbage collection.
      else expect([name, labels]).toEqual([name, expect.arrayContaining(seen)]);
    }
  });
});

describe("the alerts", () => {
  it("are described once each, and no other alert is", () => {
    expect(new Set(alerts).size).toBe(alerts.length);
    expect(
      rowsUnder(operations, "alert", "why")
        .flatMap(([name]) => codesIn(name))
        .toSorted(),
    ).toEqual(alerts);
    const named = [operations, goingLive].flatMap(codesIn).filter((code) => /^Rushboard[A-Z]\w+$/.test(code));
    expect(named.filter((name) => !alerts.includes(name))).toEqual([]);
  });

  it.each(alertRules)("$alert uses existing metrics and labels", async ({ expr, annotations }) => {
    const words = Object.values(annotations).join(" ");
    const labels = [...words.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
    expect(unknownIn(await exportedMetrics(), expr, labels)).toEqual([]);
    expect(alerts).toEqual(expect.arrayContaining([...words.matchAll(/Rushboard[A-Z]\w+/g)].map(([name]) => name)));
  });

  it("fail with unknown metrics or labels (negative control)", async () => {
    const metrics = await exportedMetrics();
    const query = 'sum by (colour) (rate(rushboard_claim_total{outcme=~"a|b"}[5m])) > max(rushboard_dead_letters)';
    expect(unknownIn(metrics, query, ["outcome"])).toEqual(["rushboard_claim_total", "colour", "outcme", "outcome"]);
    expect(unknownIn(metrics, "rate(rushboard_sql_duration_seconds[5m])", ["le"])).toEqual(["le"]);
    expect(unknownIn(metrics, "sum(rushboard_consumer_lag_bucket)")).toEqual(["rushboard_consumer_lag_bucket"]);
  });
});

describe("the dashboard", () => {
  const charts = panels.flatMap((panel) => (panel.type === "row" ? [] : [panel]));

  it.each(charts)("$title uses existing metrics and labels", async ({ targets }) => {
    for (const { expr, legendFormat } of targets) {
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      expect(unknownIn(await exportedMetrics(), expr, labels)).toEqual([]);
    }
  });

  it("has panels that do not overlap", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => ({ x: x + (n % w), y: y + Math.floor(n / w) })),
    );
    expect(cells.filter(({ x }) => x >= 24)).toEqual([]);
    expect(new Set(cells.map(({ x, y }) => `${x}/${y}`)).size).toBe(cells.length);
  });
});

describe("the tables of stored data", () => {
  const tables = rowsUnder(operations, "table", "contents").map(([names, , kept]) => ({ names: codesIn(names), kept }));

  it("have every table of the migrations, once", async () => {
    const db = openDatabase({ kind: "sqlite", file: ":memory:" });
    onTestFinished(() => closeDatabase(db));
    await migrate(db);
    const rows: { readonly name: string }[] = await db.knex("sqlite_master").where("type", "table").select("name");
    const existing = rows.map(({ name }) => name).filter((name) => !name.startsWith("sqlite_"));
    expect(tables.flatMap(({ names }) => names).toSorted()).toEqual(existing.toSorted());
  });

  it("have the periods of the code", async () => {
    const now = 1e12 as EpochMs;
    const days = new Map<OldRows, number>();
    const recordDays = async (rows: OldRows, before: EpochMs) => {
      days.set(rows, (now - before) / 86_400_000);
      return 0;
    };
    await new PurgeRows({ delete: recordDays }, { now: () => now }).execute();
    // The rows of a deleted webhook are deleted by the next run.
    days.delete("deleted-webhooks");
    const tableOf: Readonly<Partial<Record<OldRows, string>>> = {
      "ranking-logs": "ranking_logs",
      "replayed-dead-letters": "dead_letters",
      "expired-holds": "reservations",
      "day-drifts": "day_drifts",
      "webhook-deliveries": "subscription_deliveries",
    };
    for (const [rows, kept] of days)
      expect(tables.find(({ names }) => names.includes(tableOf[rows] ?? "none"))?.kept).toContain(`${kept} days`);
    expect(tables.filter(({ kept }) => /\d+ days/.test(kept ?? ""))).toHaveLength(days.size);
  });

  it("have every key in Redis, and no other", () => {
    const [coupon, day] = ["<id>" as CouponId, "<day>" as never];
    const keys = [
      ...Object.values(couponKeys(coupon)),
      loadingKeys(coupon, "<epoch>" as never, "<load>").stock,
      ...salesWindows.map((window) => salesBoardKey({ window, lastDay: window === "all" ? null : day } as never)),
      ...probeKeys(false).map((key) => key.replace(/probe:\d+/, "probe:<n>")),
      ...Object.values(soldOutBoardKeys(fastestBoard)),
      ...Object.values(soldOutBoardKeys({ name: "weekly", week: "<week>" as never, keptUntil: 0 as EpochMs })),
    ];
    const documented = rowsUnder(operations, "in Redis", "contents").flatMap(([names]) => codesIn(names));
    expect(documented.filter((key) => key.includes(":")).toSorted()).toEqual(keys.toSorted());
  });
});

it("the table of log messages has only messages that the code logs", () => {
  const code = sourceFiles("src", ".ts").map(({ text }) => text);
  const messages = rowsUnder(operations, "message", "meaning").flatMap(([message]) => codesIn(message));
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.filter((message) => !code.some((text) => text.includes(`"${message}"`)))).toEqual([]);
});

it("the table of dead letters has every event of every group", () => {
  const reactions = Object.entries(choreograph({} as Reactions)).flatMap(([type, groups]) =>
    Object.keys(groups).map((group) => `${group} ${type}`),
  );
  const documented = rowsUnder(operations, "group", "event").map((cells) => cells.slice(0, 2).flatMap(codesIn));
  expect(documented.map((pair) => pair.join(" ")).toSorted()).toEqual(reactions.toSorted());
});

it("docs/going-live.md lists every backend setting that causes a warning", () => {
  const unsafe = { log_bin: "ON", sync_binlog: "0", binlog_format: "STATEMENT", sql_mode: "NO_BACKSLASH_ESCAPES" };
  const session = { innodb_flush_log_at_trx_commit: "0", time_zone: "SYSTEM", transaction_isolation: "SERIALIZABLE" };
  const faults = [
    ...sqlFaults({ ...unsafe, ...session }),
    ...redisFaults([{ node: "a:1", settings: { "maxmemory-policy": "allkeys-lru", appendonly: "no" } }]),
    ...kafkaFaults([{ topic: "a", replicas: 1, minInSyncReplicas: 2 }], 3),
  ];
  const documented = rowsUnder(goingLive, "setting", "required").flatMap(([names]) => codesIn(names));
  expect(documented.toSorted()).toEqual([...new Set(faults.map(({ setting }) => setting))].toSorted());
});

it("the sizing table has the values of bench/README.md", () => {
  const measured = rowsUnder(read("bench/README.md"), "what", "measured");
  const cited = rowsUnder(read("docs/sizing.md"), "measurement", "measured");
  expect(cited.length).toBeGreaterThan(0);
  for (const [name, value = ""] of cited)
    expect([name, measured.find(([what]) => what === name)?.[1]?.slice(0, value.length)]).toEqual([name, value]);
});
