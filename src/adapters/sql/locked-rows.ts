import { DomainError } from "../../domain/problem.js";
import type { LockTarget, Parameter, Value } from "./dialect.js";
import { lockTargetsOf, tableOf } from "./lock-target.js";

/** Returns those of the rows that another session has locked at this moment, without waiting for them. */
export type FindLocked = (target: LockTarget) => Promise<LockTarget["keys"]>;

/** Rows that were found locked, or are free again. `forMs`: how long they were known as locked. */
export type LockReport = {
  readonly event: "locked" | "released";
  readonly table: string;
  readonly keys: readonly string[];
  readonly forMs: number;
};

type LockedRow = { readonly columns: readonly string[]; readonly key: readonly Value[]; readonly since: number };

/** Tables whose counts are 0 until a row of them is found locked, so that every series exists from the start. */
const knownTables = [
  ...["coupons", "coupon_epochs", "coupon_claims", "user_coupons", "ranking_logs"],
  ...["products", "orders", "payments", "concerts", "schedules", "reservations"],
  ...["sales", "product_sales_daily", "product_sales_total", "closed_days", "day_drifts"],
  ...["outbox", "deliveries", "dead_letters", "job_leases"],
  ...["webhooks", "subscription_deliveries", "webhook_deliveries"],
];

/** How often locked rows are checked: the longest time for which work is still rejected after a row is free. */
const checkMs = 200;
/** More locked rows of a table are not remembered. Work that needs them waits for them. */
const maxRowsPerTable = 10_000;
/** Statements that may wait at the same time for rows of a table that has locked rows; others do not wait. */
const maxWaiting = 3;
const keysPerQuery = 500;

/**
 * The rows that another session holds for longer than a statement may wait. Work that needs one of them is rejected
 * immediately instead of waiting on a connection, so that other work proceeds (A1).
 */
export class LockedRows {
  private readonly tables = new Map<string, Map<string, LockedRow>>();
  private readonly waiting = new Map<string, number>();
  private readonly rejections = new Map<string, number>(knownTables.map((table) => [table, 0]));
  private timer: NodeJS.Timeout | undefined;
  private report: (report: LockReport) => void = () => {};
  private readonly findLocked: FindLocked;

  constructor(findLocked: FindLocked) {
    this.findLocked = findLocked;
  }

  /** Whether no row is known as locked. */
  get isEmpty(): boolean {
    return this.tables.size === 0;
  }

  /** Passes every change to `report`. */
  listen(report: (report: LockReport) => void): void {
    this.report = report;
  }

  /** @throws DomainError `resource-busy` if the statement needs a row that is known as locked */
  private check(sql: string, parameters: readonly Parameter[]): void {
    if (this.isEmpty) return;
    for (const { table, columns, keys } of lockTargetsOf(sql, parameters)) {
      const rows = this.tables.get(table);
      const found = rows && keys.find((key) => rows.has(nameOf(columns, key)));
      if (found !== undefined) throw this.busy(table, keyText(found));
    }
  }

  /**
   * Runs a statement. While its table has locked rows, only a few statements may wait, so that the connections are not
   * used up: another one is rejected if any of its rows is locked.
   * @throws DomainError `resource-busy`
   */
  async run<T>(
    sql: string,
    parameters: readonly Parameter[],
    findLocked: FindLocked,
    statement: () => Promise<T>,
  ): Promise<T> {
    this.check(sql, parameters);
    const table = this.isEmpty ? undefined : tableOf(sql);
    if (table === undefined || !this.tables.has(table)) return statement();
    const waiting = this.waiting.get(table) ?? 0;
    const error = waiting < maxWaiting ? undefined : await this.explain(sql, parameters, findLocked);
    if (error !== undefined) throw error;
    this.waiting.set(table, (this.waiting.get(table) ?? 0) + 1);
    try {
      return await statement();
    } finally {
      this.waiting.set(table, (this.waiting.get(table) ?? 1) - 1);
    }
  }

  /** Finds out which rows a statement has waited for. Returns the error for the caller, or nothing if all are free now. */
  async explain(
    sql: string,
    parameters: readonly Parameter[],
    findLocked: FindLocked,
  ): Promise<DomainError | undefined> {
    for (const target of lockTargetsOf(sql, parameters)) {
      const locked = await inParts(target, findLocked);
      const [first] = locked;
      if (first === undefined) continue;
      this.add(target, locked);
      return this.busy(target.table, keyText(first));
    }
    return undefined;
  }

  /** Returns the error for work that needs this table, and counts it. */
  busy(table: string, key: string | null): DomainError {
    this.rejections.set(table, (this.rejections.get(table) ?? 0) + 1);
    return new DomainError({ code: "resource-busy", resource: table, key });
  }

  /** Returns the number of rows that are locked now, by table. */
  counts(): ReadonlyMap<string, number> {
    const counted = new Map([...this.rejections.keys()].map((table) => [table, 0]));
    for (const [table, rows] of this.tables) counted.set(table, rows.size);
    return counted;
  }

  /** Returns how often work was rejected since the start, by table. */
  rejected(): ReadonlyMap<string, number> {
    return this.rejections;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.tables.clear();
  }

  private add({ table, columns }: LockTarget, locked: LockTarget["keys"]): void {
    const rows = this.tables.get(table) ?? new Map<string, LockedRow>();
    const added = locked.filter((key) => rows.size < maxRowsPerTable && !rows.has(nameOf(columns, key)));
    for (const key of added) rows.set(nameOf(columns, key), { columns, key, since: Date.now() });
    this.tables.set(table, rows);
    if (added.length > 0) this.report({ event: "locked", table, keys: added.map(keyText), forMs: 0 });
    this.timer ??= this.later();
  }

  private later(): NodeJS.Timeout {
    return setTimeout(async () => {
      for (const [table, rows] of this.tables) await this.recheck(table, rows);
      this.timer = this.tables.size > 0 ? this.later() : undefined;
    }, checkMs).unref();
  }

  /** Removes the rows that are free. If the database does not answer, they stay until it does. */
  private async recheck(table: string, rows: Map<string, LockedRow>): Promise<void> {
    const byColumns = new Map<string, LockedRow[]>();
    for (const row of rows.values()) byColumns.set(`${row.columns}`, [...(byColumns.get(`${row.columns}`) ?? []), row]);
    for (const group of byColumns.values()) {
      const { columns } = group[0] as LockedRow;
      const target = { table, columns, keys: group.map(({ key }) => key) };
      const locked = await inParts(target, this.findLocked).catch(() => target.keys);
      const names = new Set(locked.map((key) => nameOf(columns, key)));
      const free = group.filter(({ key }) => !names.has(nameOf(columns, key)));
      for (const { key } of free) rows.delete(nameOf(columns, key));
      const forMs = Date.now() - Math.min(...free.map(({ since }) => since));
      if (free.length > 0) this.report({ event: "released", table, keys: free.map(({ key }) => keyText(key)), forMs });
    }
    if (rows.size === 0) this.tables.delete(table);
  }
}

const inParts = async (target: LockTarget, findLocked: FindLocked): Promise<LockTarget["keys"]> => {
  const locked: (readonly Value[])[] = [];
  for (let from = 0; from < target.keys.length; from += keysPerQuery)
    locked.push(...(await findLocked({ ...target, keys: target.keys.slice(from, from + keysPerQuery) })));
  return locked;
};

const keyText = (key: readonly Value[]): string => key.join("/");
const nameOf = (columns: readonly string[], key: readonly Value[]): string => `${columns}=${keyText(key)}`;
