import type { LockTarget, Parameter, Value } from "./dialect.js";

/** The columns that identify a row, where it is not the first column that a statement names. */
const keyColumns: Readonly<Record<string, readonly string[]>> = {
  product_sales_daily: ["product_id", "business_day"],
  day_drifts: ["product_id", "business_day"],
  dead_letters: ["consumer_group", "event_id"],
  deliveries: ["consumer_group", "event_id"],
  subscription_deliveries: ["webhook_key", "event_id"],
};
/** The same for an INSERT, which waits for the row that has the same unique key. */
const insertKeys: Readonly<Record<string, readonly string[]>> = {
  ...keyColumns,
  coupon_claims: ["coupon_id", "user_id"],
  payments: ["user_id", "idempotency_key"],
  reservations: ["schedule_id", "seat_no"],
};

const tablePattern = /^\s*(?:SELECT\b.*?\bFROM|UPDATE|INSERT INTO|DELETE FROM)\s+(\w+)/is;
const conditionPattern = /(?:\w+\.)?(\w+)\s*(?:=\s*\?|IN\s*\(\s*(\?|[\d\s,]+)\s*\))/gi;

/** A read without a lock, or one that skips locked rows: it waits for no other session. */
const waitsForNoLock = (sql: string): boolean =>
  /^\s*SELECT\b/i.test(sql) && !/\b(FOR UPDATE|LOCK IN SHARE MODE)\s*$/i.test(sql);

/** Returns the table that a statement reads, locks or changes. */
export const tableOf = (sql: string): string | undefined => tablePattern.exec(sql)?.[1];

/** Returns the table of which a statement locks rows. */
export const lockedTableOf = (sql: string): string | undefined => (waitsForNoLock(sql) ? undefined : tableOf(sql));

/**
 * Reads from a statement's text which rows it locks. Returns nothing for a statement that selects its rows by anything
 * but equal columns, such as the oldest rows of a table.
 */
export const lockTargetsOf = (sql: string, parameters: readonly Parameter[]): readonly LockTarget[] => {
  const table = lockedTableOf(sql);
  if (table === undefined) return [];
  const where = sql.search(/\bWHERE\b/i);
  const guarded = /^\s*INSERT\b.*\bFROM\s+(\w+)/is.exec(sql)?.[1];
  const targets: (LockTarget | undefined)[] = [];
  if (/^\s*INSERT\b/i.test(sql)) targets.push(insertTarget(table, sql, parameters));
  if (where >= 0) targets.push(whereTarget(guarded ?? table, sql, where, parameters));
  return targets.flatMap((target) => (target === undefined || target.keys.length === 0 ? [] : target));
};

const insertTarget = (table: string, sql: string, parameters: readonly Parameter[]): LockTarget | undefined => {
  const names =
    /\(([^)]*)\)/
      .exec(sql)?.[1]
      ?.split(",")
      .map((name) => name.trim()) ?? [];
  const columns = insertKeys[table] ?? names.slice(0, 1);
  const places = columns.map((column) => names.indexOf(column));
  if (places.includes(-1)) return undefined;
  const rows = parameters.filter((parameter): parameter is readonly Value[] => Array.isArray(parameter));
  return { table, columns, keys: rows.map((row) => places.map((place) => row[place] ?? null)) };
};

const whereTarget = (
  table: string,
  sql: string,
  where: number,
  parameters: readonly Parameter[],
): LockTarget | undefined => {
  const conditions = new Map<string, readonly Value[]>();
  for (const { 1: column = "", 2: list, 0: text, index = 0 } of sql.slice(where).matchAll(conditionPattern)) {
    const parameter = parameters[sql.slice(0, where + index + text.indexOf("?")).split("?").length - 1];
    const values = list === undefined || list === "?" ? parameter : list.split(",").map(Number);
    if (values !== undefined && !conditions.has(column)) conditions.set(column, [values].flat() as readonly Value[]);
  }
  const [first] = conditions.keys();
  const known = keyColumns[table];
  const columns = known?.every((column) => conditions.has(column)) ? known : first === undefined ? [] : [first];
  if (columns.length === 0) return undefined;
  const keys = columns.reduce<readonly (readonly Value[])[]>(
    (partial, column) => partial.flatMap((key) => (conditions.get(column) ?? []).map((value) => [...key, value])),
    [[]],
  );
  return { table, columns, keys };
};
