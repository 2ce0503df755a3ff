import type { Knex } from "knex";
import type { Page } from "../../application/ports/page.js";
import { read } from "./database.js";

type Position = readonly (string | number)[];

/** Returns an opaque position in a list: the list and the values that a row is ordered by, as text for a URL. */
export const encodeCursor = (list: string, ...position: Position): string =>
  Buffer.from(JSON.stringify([list, ...position])).toString("base64url");

/** Returns the position of a cursor, or `undefined` if the cursor is not from this list. */
export const decodeCursor = (
  list: string,
  cursor: string,
  types: readonly ("string" | "number")[],
): Position | undefined => {
  try {
    const [from, ...position] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const fits =
      from === list && position.length === types.length && types.every((type, n) => typeof position[n] === type);
    return fits && encodeCursor(list, ...position) === cursor ? position : undefined;
  } catch {
    return undefined;
  }
};

/** Returns the page of `limit + 1` rows: the additional one shows whether there is a next page. */
export const pageOf = <Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  cursor: (row: Row) => string,
): Page<T> => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(item), next: rows.length > limit && last !== undefined ? cursor(last) : null };
};

/** Restricts rows to those after a position in the order of one or two columns, ascending (`>`) or descending (`<`). */
export const rowsAfter = (
  rows: Knex.QueryBuilder,
  [first, second]: readonly string[],
  [a, b]: Position,
  than: ">" | "<" = ">",
): Knex.QueryBuilder =>
  second === undefined
    ? rows.andWhere(first as string, than, a as string)
    : rows.andWhere((later) =>
        later
          .where(first as string, than, a as string)
          .orWhere((same) => same.where(first as string, a as string).andWhere(second, than, b as string)),
      );

/** A list in ascending order, unless it is `newestFirst`. */
export type List = {
  /** Its name in cursors. */
  readonly name: string;
  /** The one or two columns of its order, with the types of their values. */
  readonly order: Readonly<Record<string, "string" | "number">>;
  /** The order is descending. */
  readonly newestFirst?: true;
};

/** Reads a page of a list. Returns `undefined` if the cursor is not from this list. */
export const readPage = async <Row extends object, T>(
  rows: Knex.QueryBuilder,
  { name, order, newestFirst }: List,
  cursor: string | null,
  limit: number,
  item: (row: Row) => T,
): Promise<Page<T> | undefined> => {
  const columns = Object.keys(order);
  rows.orderBy(columns.map((column) => ({ column, order: newestFirst ? "desc" : "asc" }))).limit(limit + 1);
  if (cursor !== null) {
    const position = decodeCursor(name, cursor, Object.values(order));
    if (position === undefined) return undefined;
    rowsAfter(rows, columns, position, newestFirst ? "<" : ">");
  }
  const cursorOf = (row: Row) =>
    encodeCursor(name, ...columns.map((column) => (row as Record<string, string | number>)[column] as string | number));
  return pageOf(await read<Row[]>(rows), limit, item, cursorOf);
};
