import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { salesBoardKey } from "../../src/adapters/redis/redis-keys.js";
import { startRedis, startRedisCluster } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { waitOptions } from "../support/wait-options.js";
import { boardClauses } from "./sales-board/board-clauses.js";
import {
  boardBackends,
  freshBoard,
  openRedisBoards,
  type RedisBoards,
  redisBackends,
} from "./sales-board/boards-under-test.js";
import { type UnguardedBoard, unguarded, type WrongBoard, wrongBoard } from "./sales-board/known-wrong-sales-board.js";
import { failoverClauses, redisLossClauses, restartClauses } from "./sales-board/redis-loss-clauses.js";

/** The message of a broken clause. A script or a server that fails has another message. */
const broken = /^expected|^Property failed|^the board is ready/;

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

for (const { name, live, open } of boardBackends)
  describe.skipIf(!live)(`SalesBoard on ${name}`, () => {
    for (const [promise, clause] of Object.entries(boardClauses))
      it(promise, async () => {
        const under = await open();
        close = under.close;
        await clause(under);
      });
  });

const openRedis = async (open: () => Promise<RedisBoards>) => {
  const under = await open();
  close = under.close;
  return under;
};

for (const { name, live, open } of redisBackends)
  describe.skipIf(!live)(`SalesBoard on ${name} after losses`, () => {
    for (const [promise, clause] of Object.entries(redisLossClauses))
      it(promise, async () => clause(await openRedis(open)));
  });

/** Enough boards for every node of a Cluster. */
const boardsOnAllNodes = Array.from({ length: 50 }, () => freshBoard());

/** Servers of this suite, which it restarts. */
const servers = [
  {
    name: "Redis",
    live: backendUrls.redis !== undefined,
    clauses: { ...restartClauses, ...failoverClauses },
    start: async () => {
      const redis = await startRedis();
      return { url: redis.url, nodes: [redis], stop: () => redis.stop() };
    },
  },
  {
    name: "Redis Cluster",
    live: backendUrls.redisCluster !== undefined,
    clauses: restartClauses,
    start: startRedisCluster,
  },
] as const;

for (const { name, live, clauses, start } of servers)
  describe.skipIf(!live)(`SalesBoard on a ${name} that restarts`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());

    const opened = async () => {
      const under = await openRedis(() => openRedisBoards(server.url));
      const restart = async () => {
        await Promise.all(server.nodes.map((node) => node.restart()));
        await vi.waitFor(() => under.board.cold(boardsOnAllNodes), waitOptions);
        await vi.waitFor(
          () => Promise.all(boardsOnAllNodes.map((on) => under.raw.exists(salesBoardKey(on)))),
          waitOptions,
        );
      };
      return { under, restart };
    };

    for (const [promise, clause] of Object.entries(clauses))
      it(promise, async () => {
        const { under, restart } = await opened();
        await clause(under, { restart });
      });

    const without: Readonly<Partial<Record<UnguardedBoard, readonly string[]>>> = {
      "does not name its process": [
        "is cold after a restart, although all products are still there",
        "does not finish a fill during which Redis restarted",
        "is cold after it was rewound to a state in which it was ready",
      ],
      ...(name === "Redis" && { "does not notice a failover": Object.keys(failoverClauses) }),
    };
    for (const [guard, promises] of Object.entries(without))
      for (const promise of promises)
        it(`rejects an adapter that ${guard}: ${promise}`, async () => {
          const { under, restart } = await opened();
          const clause = { ...restartClauses, ...failoverClauses }[promise];
          const wrong = unguarded(under, guard as UnguardedBoard);
          await expect(clause?.(wrong, { restart })).rejects.toThrow(broken);
        });
  });

describe.skipIf(backendUrls.redis === undefined)("the suite rejects a Redis adapter that", () => {
  const brokenClauses: Readonly<Partial<Record<UnguardedBoard, readonly string[]>>> = {
    "overwrites scores with lower totals": [
      "changes nothing when a total is repeated or an older total arrives late",
      "neither loses nor doubles sales that are booked during a fill",
      "is cold or equals the database after any bookings, fills, losses and repetitions",
    ],
    "is ready before its fill is finished": [
      "is cold during a fill, with and without products",
      "is cold or equals the database after any bookings, fills, losses and repetitions",
    ],
    "finishes the fill of a lost board": [
      "does not finish a fill during which the board was lost",
      "is cold or equals the database after any bookings, fills, losses and repetitions",
    ],
    "keeps old markers": ["finishes only the fill that began last", "leaves no markers of interrupted fills"],
    "lowers scores that were raised since": ["does not lower a score that was raised after it was seen"],
    "does not name its process": ["names the Redis process in its marker"],
    "ignores the score of its marker": ["is cold while its marker is not at +inf"],
  };
  for (const [guard, promises] of Object.entries(brokenClauses))
    for (const promise of promises)
      it(`${guard}: ${promise}`, async () => {
        const under = await openRedis(() => openRedisBoards(backendUrls.redis ?? ""));
        const clause = boardClauses[promise] ?? redisLossClauses[promise];
        await expect(clause?.(unguarded(under, guard as UnguardedBoard))).rejects.toThrow(broken);
      });
});

describe("the suite rejects a board that", () => {
  const equalsDatabase = "is cold or equals the database after any bookings, fills, losses and repetitions";
  const brokenClauses: Readonly<Record<WrongBoard, readonly string[]>> = {
    "adds totals to scores": [
      "changes nothing when a total is repeated or an older total arrives late",
      "neither loses nor doubles sales that are booked during a fill",
      equalsDatabase,
    ],
    "overwrites scores with lower totals": [
      "changes nothing when a total is repeated or an older total arrives late",
      "keeps the greatest of 50 concurrent totals",
      "neither loses nor doubles sales that are booked during a fill",
      equalsDatabase,
    ],
    "is ready before its fill is finished": ["is cold during a fill, with and without products", equalsDatabase],
    "finishes any fill": [
      "does not finish a fill during which the board was lost",
      "finishes only the fill that began last",
      equalsDatabase,
    ],
    "accepts the token of another fill": ["finishes only the fill that began last"],
    "begins a fill on a ready board": ["stays ready when another fill would begin"],
    "returns an empty list for a missing board": [
      "is cold until it has been filled, although sales raise it",
      "is cold after a loss",
    ],
    "returns the products of a cold board": ["is cold during a fill, with and without products", equalsDatabase],
    "counts its marker as rank 1": ["never returns a marker, also if no product was sold"],
    "ranks the smaller id first": ["ranks by quantity, then by the greater product id in byte order"],
    "lowers scores that were raised since": ["does not lower a score that was raised after it was seen"],
    "removes no board": ["removes the given boards and no others"],
  };
  for (const [wrong, promises] of Object.entries(brokenClauses))
    for (const promise of promises)
      it(`${wrong}: ${promise}`, async () => {
        const clause = boardClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(wrongBoard(wrong as WrongBoard))).rejects.toThrow(broken);
      });
});
