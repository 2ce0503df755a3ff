import type { Knex } from "knex";

/** An opaque place in a list: the list, and what a row is ordered by there, as text that fits a URL. */
export const cursorOf = (list: string, ...order: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...order])).toString("base64url");

/** The order that a cursor holds, or `undefined` where this list, ordered by `types`, did not hand it out. */
export const orderOf = (
  list: string,
  cursor: string,
  types: readonly ("string" | "number")[],
): (string | number)[] | undefined => {
  try {
    const [from, ...order] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const fits = from === list && order.length === types.length && types.every((t, i) => typeof order[i] === t);
    return fits && cursorOf(list, ...order) === cursor ? order : undefined;
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
