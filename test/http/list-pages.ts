import type { Client } from "../support/http-app.js";

/** Returns a list's items, page by page. */
export const pagesOf = async (
  client: Client,
  path: string,
  limit: number,
): Promise<readonly (readonly Readonly<Record<string, unknown>>[])[]> => {
  const pages: Record<string, unknown>[][] = [];
  for (let cursor: Record<string, string> = {}; ; ) {
    const { body } = await client
      .get(path)
      .query({ limit, ...cursor })
      .expect(200);
    pages.push(body.items);
    if (body.nextCursor === null) return pages;
    cursor = { cursor: body.nextCursor };
  }
};
