import { randomUUID } from "node:crypto";
import type {
  Correction,
  FillToken,
  ProductTotal,
  RankedProduct,
  SalesBoard,
} from "../../application/ports/sales-board.js";
import { plusDays } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { RedisClient } from "./redis-client.js";
import { salesBoardKey } from "./redis-keys.js";

/**
 * Members per command. On a board of a million products a raise takes Redis about 10 µs per member, and other clients
 * wait for the command.
 */
const raisesPerCommand = 125;
const readsPerCommand = 500;
const lowersPerCommand = 200;

/** The product boards in Redis, one sorted set per board. Each command uses one key, so that it runs on a Cluster. */
export class RedisSalesBoard implements SalesBoard {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void> {
    // Sorted by score, neighbors in a command are near each other on the board, which saves Redis about 10 % of the time.
    const sold = totals.filter(({ quantity }) => quantity > 0).sort((a, b) => a.quantity - b.quantity);
    const [key, expiresAt] = [salesBoardKey(board), expiryOf(board)];
    // The expiry follows the members. If a crash prevents it, the next raise sets it.
    const expiry = expiresAt === 0 ? [] : [["EXPIREAT", key, expiresAt, "NX"] as const];
    // One command after the other, so that other clients wait for one command at most.
    for (const page of pagesOf(sold, raisesPerCommand)) {
      const members = page.flatMap(({ productId, quantity }) => [quantity, productId]);
      await this.client.send(["ZADD", key, "GT", ...members], ...expiry);
    }
  }

  async top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null> {
    const top = (await this.client.run("readTopSales", [salesBoardKey(board)], limit)) as readonly string[] | null;
    if (top === null) return null;
    return Array.from({ length: top.length / 2 }, (_, index) => ({
      rank: index + 1,
      productId: top[2 * index] as ProductId,
      quantity: Number(top[2 * index + 1]),
    }));
  }

  async ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null> {
    const ranks = new Map<ProductId, number>();
    for (const page of pagesOf(productIds, readsPerCommand)) {
      const found = await this.client.run("readSalesRanks", [salesBoardKey(board)], ...page);
      if (found === null) return null;
      addFound(ranks, page, found as readonly (number | null)[]);
    }
    return ranks;
  }

  async scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const scores = new Map<ProductId, number>();
    for (const page of pagesOf(productIds, readsPerCommand)) {
      const found = await this.client.run("readSalesScores", [salesBoardKey(board)], ...page);
      addFound(scores, page, found as readonly (string | null)[]);
    }
    return scores;
  }

  async cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]> {
    const tops = await Promise.all(boards.map((board) => this.top(board, 0)));
    return boards.filter((_, index) => tops[index] === null);
  }

  async lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void> {
    for (const page of pagesOf(corrections, lowersPerCommand)) {
      const members = page.flatMap(({ productId, seen, quantity }) => [productId, seen, quantity]);
      await this.client.run("lowerSales", [salesBoardKey(board)], ...members);
    }
  }

  async beginFill(board: WindowBoard): Promise<FillToken | null> {
    const token = randomUUID() as string as FillToken;
    const begun = await this.client.run("beginSalesFill", [salesBoardKey(board)], token, expiryOf(board));
    return begun === 1 ? token : null;
  }

  async finishFill(board: WindowBoard, token: FillToken): Promise<boolean> {
    return (await this.client.run("finishSalesFill", [salesBoardKey(board)], token)) === 1;
  }

  async remove(boards: readonly WindowBoard[]): Promise<void> {
    await Promise.all(boards.map((board) => this.client.run("removeSalesBoard", [salesBoardKey(board)])));
  }
}

/**
 * Returns when a board expires, as Unix time in seconds (0: never): noon in UTC three days after its last day, when that
 * third day has begun in every time zone. Boards are removed before; this is only a backstop.
 */
const expiryOf = ({ lastDay }: WindowBoard): number =>
  lastDay === null ? 0 : Date.parse(`${plusDays(lastDay, 3)}T12:00:00Z`) / 1000;

/** Adds the values that were found to `values`. */
const addFound = (
  values: Map<ProductId, number>,
  productIds: readonly ProductId[],
  found: readonly (string | number | null)[],
): void => {
  for (const [index, productId] of productIds.entries()) {
    const value = found[index] ?? null;
    if (value !== null) values.set(productId, Number(value));
  }
};

function* pagesOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
