import type { ProductId } from "../../domain/ids.js";

/**
 * Reads products page by page in id order until a page is not full.
 * @param readAfter reads the products after `last`, at most `limit`, in id order
 */
export async function* productPages(
  readAfter: (last: ProductId | null, limit: number) => Promise<readonly ProductId[]>,
  limit: number,
): AsyncGenerator<readonly ProductId[]> {
  for (let last: ProductId | null = null; ; ) {
    const productIds: readonly ProductId[] = await readAfter(last, limit);
    if (productIds.length > 0) yield productIds;
    if (productIds.length < limit) return;
    last = productIds.at(-1) ?? null;
  }
}
