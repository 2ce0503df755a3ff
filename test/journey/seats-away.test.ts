import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { SoldOut } from "../../bench/rehearsal/box-office.js";
import type { Client } from "../../bench/rehearsal/client.js";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { judgeOnSale } from "../../bench/rehearsal/seat-promises.js";
import { soldOutBoardKeys } from "../../src/adapters/redis/redis-keys.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import { boardsOf } from "../../src/domain/sold-out.js";
import { bestEntries } from "../../src/domain/sold-out-score.js";
import { engines } from "../support/backends.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { type Node, onEngines, startAgain, startNode } from "../support/node.js";
import { SeatAccount } from "../support/seat-account.js";

const zone = "Asia/Seoul" as TimeZone;
const size = { shoppers: 30, seats: 10 };
const moods = { twice: 0.3, declined: 0.1, leaving: 0.1 };
const buses = [
  { name: "journal", kafka: undefined, live: true },
  { name: "kafka", kafka: engines.kafka, live: Boolean(engines.kafka) },
];

describe.skipIf(!engines.database || !engines.redis).each(buses)(
  "the boards of sell-outs, $name",
  ({ kafka, live }) => {
    let engine: RedisEngine;
    beforeAll(async () => {
      // What it held is gone when it comes back.
      engine = await startRedis({ appendOnly: false });
    });
    afterAll(() => engine.stop());

    const start = async () => {
      const settings = await onEngines(engines.database ?? "", engine.url, kafka);
      return { settings, node: await startNode(settings), account: SeatAccount.open(settings) };
    };
    const connect = () => {
      const redis = new Redis(engine.url).on("error", () => {});
      onTestFinished(() => redis.disconnect());
      return redis;
    };
    /** A hall that sells out, and nobody meets with anything but the contract's answers. */
    const sellOut = async (client: Client) => {
      const onSale = await runOnSale(client, { ...size, ...moods }, () => {});
      expect((await judgeOnSale(onSale, size)).broken).toEqual([]);
      return onSale;
    };
    const read = async ({ client }: Node, board: string, limit: number) =>
      (await client.call("GET", `/api/v1/rankings/sold-out?board=${board}&limit=${limit}`, "shopper")).body
        .items as readonly SoldOut[];
    const status = async ({ url }: Node) =>
      ((await (await fetch(new URL("/readyz", url))).json()) as { readonly status: string }).status;

    /** Resolves once Redis holds just what the database says, without anyone's help; a minute is promised. */
    const expectBoards = async (redis: Redis, account: SeatAccount, count: number) => {
      const sellOuts = await account.sellOuts();
      expect(sellOuts).toHaveLength(count);
      const should = bestEntries("tiered", sellOuts).flatMap(({ score, member }) => [member, String(score)]);
      for (const board of sellOuts.slice(0, 1).flatMap((sellOut) => boardsOf(sellOut, zone)))
        await expect.poll(() => redis.zrange(soldOutBoardKeys(board).ranking, "0", "-1", "WITHSCORES")).toEqual(should);
    };

    it.skipIf(!live)("Redis away for a whole on-sale: no payment fails, and the boards come back", async () => {
      const { node, account } = await start();
      await sellOut(node.client);
      await expectBoards(connect(), account, 1);

      await engine.stop();
      try {
        const sold = await Promise.all([1, 2, 3].map(() => sellOut(node.client)));
        // Not one of them was asked to come back later, but where this machine was too busy to answer in time.
        const asked = sold.flatMap(({ askedAgain }) => askedAgain);
        expect(asked.filter((answer) => !answer.endsWith("deadline-exceeded"))).toEqual([]);
        expect(await status(node)).toBe("degraded");
        await account.expectPromises();
      } finally {
        await engine.restart();
      }
      await expectBoards(connect(), account, 4);
      await expect.poll(() => status(node)).toBe("ready");
      await account.quiet();
      await account.expectPromises();
      expect((await read(node, "fastest", 10)).map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    });

    // Proves: S2
    it.skipIf(!live)("Redis flushed, then read: what the database says", async () => {
      const { settings, node, account } = await start();
      const redis = connect();
      for (let sold = 0; sold < 2; sold += 1) await sellOut(node.client);
      await expectBoards(redis, account, 2);
      // An answer is kept for half a second, by board and limit.
      const before = await Promise.all(["fastest", "weekly"].map((board) => read(node, board, 20)));
      await redis.flushall();
      const after = await Promise.all(["fastest", "weekly"].map((board) => read(node, board, 21)));
      expect(after).toEqual(before);
      expect(after.map((board) => board.length)).toEqual([2, 2]);
      // Whoever starts compares at once, and a sell-out that meets a cold board has all of it written anew.
      await node.stop();
      const again = await startAgain(node, settings);
      await expectBoards(redis, account, 2);
      await redis.flushall();
      await sellOut(again.client);
      await expectBoards(redis, account, 3);
    });
  },
);
