import type { Page } from "../../src/application/ports/page.js";

/** Reads every item of a list, page by page. */
export const walkPages = async <T>(
  list: (cursor: string | null) => Promise<Page<T> | undefined>,
): Promise<readonly T[]> => {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> | undefined = await list(cursor);
    if (page === undefined) throw new Error(`the list rejects its own cursor ${cursor}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
};

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Cursors that no list returns. */
export const foreignCursors = [
  ...["", "x", "bm90IGpzb24", Buffer.from("{}").toString("base64")],
  ...[[], [null], ["1"], [1, 2], ["a", "b"], [1, "a", 2], { 0: 1 }].map(encoded),
];
