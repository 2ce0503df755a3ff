import type { Knex } from "knex";

/** An opaque place in a list: what a row is ordered by, as text that fits a URL. */
export const cursorOf = (...order: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(order)).toString("base64url");

/** The order that a cursor holds, or `undefined` where no list of `types` handed it out. */
export const orderOf = (cursor: string, types: readonly ("string" | "number")[]): (string | number)[] | undefined => {
  try {
    const order = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const fits = Array.isArray(order) && order.length === types.length && order.every((v, i) => typeof v === types[i]);
    return fits && cursorOf(...order) === cursor ? order : undefined;
  } catch {
    return undefined;
  }
};

/** The page of rows that were read with one too many, so as to know whether there is a next one. */
export const pageOf = <Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  cursor: (row: Row) => string,
): { readonly items: readonly T[]; readonly next: string | null } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(item), next: rows.length > limit && last !== undefined ? cursor(last) : null };
};

/** Those of `rows` that come after a place, in the order of two columns. */
export const rowsAfter = (
  rows: Knex.QueryBuilder,
  [first, second]: readonly [string, string],
  [a, b]: readonly [string | number, string | number],
): Knex.QueryBuilder =>
  rows.andWhere((later) => later.where(first, ">", a).orWhere((same) => same.where(first, a).andWhere(second, ">", b)));
