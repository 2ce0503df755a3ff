import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { SoldOut } from "../../bench/rehearsal/box-office.js";
import type { Client } from "../../bench/rehearsal/client.js";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { checkOnSale } from "../../bench/rehearsal/seat-promises.js";
import { soldOutBoardKeys } from "../../src/adapters/redis/redis-keys.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import { boardsOf } from "../../src/domain/sold-out.js";
import { bestEntries } from "../../src/domain/sold-out-score.js";
import { type RedisServer, startRedis } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { type Node, restartNode, settingsOnBackends, startNode } from "../support/node.js";
import { SeatDatabase } from "../support/seat-database.js";

const zone = "Asia/Seoul" as TimeZone;
const size = { shoppers: 30, seats: 10 };
const behavior = { twice: 0.3, declined: 0.1, leaving: 0.1 };
const buses = [
  { name: "journal", kafka: undefined, live: true },
  { name: "kafka", kafka: backendUrls.kafka, live: Boolean(backendUrls.kafka) },
];

describe.skipIf(!backendUrls.database || !backendUrls.redis).each(buses)(
  "the sold-out boards without Redis, $name",
  ({ kafka, live }) => {
    let server: RedisServer;
    beforeAll(async () => {
      // This Redis loses its data when it stops.
      server = await startRedis({ appendOnly: false });
    });
    afterAll(() => server.stop());

    const start = async () => {
      const settings = await settingsOnBackends(backendUrls.database ?? "", server.url, kafka);
      return { settings, node: await startNode(settings), database: SeatDatabase.open(settings) };
    };
    const connect = () => {
      const redis = new Redis(server.url).on("error", () => {});
      onTestFinished(() => redis.disconnect());
      return redis;
    };
    const sellOut = async (client: Client) => {
      const onSale = await runOnSale(client, { ...size, ...behavior }, () => {});
      expect((await checkOnSale(onSale, size)).broken).toEqual([]);
      return onSale;
    };
    const readBoard = async ({ client }: Node, board: string, limit: number) =>
      (await client.call("GET", `/api/v1/rankings/sold-out?board=${board}&limit=${limit}`, "shopper")).body
        .items as readonly SoldOut[];
    const readiness = async ({ url }: Node) =>
      ((await (await fetch(new URL("/readyz", url))).json()) as { readonly status: string }).status;

    /** Waits until the boards in Redis equal the database. */
    const expectBoards = async (redis: Redis, database: SeatDatabase, count: number) => {
      const sellOuts = await database.sellOuts();
      expect(sellOuts).toHaveLength(count);
      const expected = bestEntries("tiered", sellOuts).flatMap(({ score, member }) => [member, String(score)]);
      for (const board of sellOuts.slice(0, 1).flatMap((sellOut) => boardsOf(sellOut, zone))) {
        const key = soldOutBoardKeys(board).entries;
        await expect.poll(() => redis.zrange(key, "0", "-1", "WITHSCORES")).toEqual(expected);
      }
    };

    it.skipIf(!live)("no payment fails while Redis is down, and the boards are repaired afterwards", async () => {
      const { node, database } = await start();
      await sellOut(node.client);
      await expectBoards(connect(), database, 1);

      await server.stop();
      try {
        const onSales = await Promise.all([1, 2, 3].map(() => sellOut(node.client)));
        // On a busy machine a request may be too slow. There is no other reason for a retry.
        const retries = onSales.flatMap((onSale) => onSale.retries);
        expect(retries.filter((retry) => !/deadline-exceeded|resource-busy|slow|busy/.test(retry))).toEqual([]);
        expect(await readiness(node)).toBe("degraded");
        await database.expectPromises();
      } finally {
        await server.restart();
      }
      await expectBoards(connect(), database, 4);
      await expect.poll(() => readiness(node)).toBe("ready");
      await database.waitUntilIdle();
      await database.expectPromises();
      expect((await readBoard(node, "fastest", 10)).map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    });

    // Proves: S2
    it.skipIf(!live)("boards that Redis has lost are read from the database and rebuilt", async () => {
      const { settings, node, database } = await start();
      const redis = connect();
      for (let sold = 0; sold < 2; sold += 1) await sellOut(node.client);
      await expectBoards(redis, database, 2);
      // A board read is cached per board and limit for half a second, so the second read uses another limit.
      const before = await Promise.all(["fastest", "weekly"].map((board) => readBoard(node, board, 20)));
      await redis.flushall();
      const after = await Promise.all(["fastest", "weekly"].map((board) => readBoard(node, board, 21)));
      expect(after).toEqual(before);
      expect(after.map((board) => board.length)).toEqual([2, 2]);
      // A node compares the boards at its start. A sell-out on a cold board rebuilds the whole board.
      await node.stop();
      const restarted = await restartNode(node, settings);
      await expectBoards(redis, database, 2);
      await redis.flushall();
      await sellOut(restarted.client);
      await expectBoards(redis, database, 3);
    });
  },
);
