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

/** Members a command: of a million products each takes Redis some 10 µs, and whoever reads waits behind a command. */
const raisedACommand = 125;
const readACommand = 500;
const loweredACommand = 200;

/** The boards in Redis, a sorted set each; every step is of one key, so that it runs on a Cluster. */
export class RedisSalesBoard implements SalesBoard {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void> {
    const sold = totals.filter(({ quantity }) => quantity > 0);
    const [key, expiresAt] = [salesBoardKey(board), expiryOf(board)];
    // A new board gets its end after its first members. Should a crash come between, the next raise sets it.
    const ending = expiresAt === 0 ? [] : [["EXPIREAT", key, expiresAt, "NX"] as const];
    // One after the other, so that whoever reads meanwhile waits for one command and not for all.
    for (const some of slices(sold, raisedACommand)) {
      const members = some.flatMap(({ productId, quantity }) => [quantity, productId]);
      await this.client.send(["ZADD", key, "GT", ...members], ...ending);
    }
  }

  async top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null> {
    const answer = (await this.client.run("readTopSales", [salesBoardKey(board)], limit)) as readonly string[] | null;
    if (answer === null) return null;
    return Array.from({ length: answer.length / 2 }, (_, index) => ({
      rank: index + 1,
      productId: answer[2 * index] as ProductId,
      quantity: Number(answer[2 * index + 1]),
    }));
  }

  async ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null> {
    const ranks = new Map<ProductId, number>();
    for (const some of slices(productIds, readACommand)) {
      const answer = await this.client.run("readSalesRanks", [salesBoardKey(board)], ...some);
      if (answer === null) return null;
      keep(ranks, some, answer as readonly (number | null)[]);
    }
    return ranks;
  }

  async scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const scores = new Map<ProductId, number>();
    for (const some of slices(productIds, readACommand)) {
      const answer = await this.client.run("readSalesScores", [salesBoardKey(board)], ...some);
      keep(scores, some, answer as readonly (string | null)[]);
    }
    return scores;
  }

  async cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]> {
    const tops = await Promise.all(boards.map((board) => this.top(board, 0)));
    return boards.filter((_, index) => tops[index] === null);
  }

  async lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void> {
    for (const some of slices(corrections, loweredACommand)) {
      const members = some.flatMap(({ productId, seen, quantity }) => [productId, seen, quantity]);
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
 * Epoch seconds at which Redis lets a board go that nobody has let go: noon in UTC three days after its last day, when
 * that third day has begun in every time zone. 0: never.
 */
const expiryOf = ({ lastDay }: WindowBoard): number =>
  lastDay === null ? 0 : Date.parse(`${plusDays(lastDay, 3)}T12:00:00Z`) / 1000;

const keep = (
  figures: Map<ProductId, number>,
  productIds: readonly ProductId[],
  answer: readonly (string | number | null)[],
): void => {
  for (const [index, productId] of productIds.entries()) {
    const figure = answer[index] ?? null;
    if (figure !== null) figures.set(productId, Number(figure));
  }
};

function* slices<T>(all: readonly T[], most: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += most) yield all.slice(from, from + most);
}
