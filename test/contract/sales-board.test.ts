import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { salesBoardKey } from "../../src/adapters/redis/redis-keys.js";
import { engines } from "../support/backends.js";
import { startRedis, startRedisCluster } from "../support/engines/redis.js";
import { patience } from "../support/patience.js";
import { boardClauses } from "./sales-board/board-clauses.js";
import {
  boardBackends,
  freshBoard,
  openRedisBoards,
  type RedisBoards,
  redisBackends,
} from "./sales-board/boards-under-test.js";
import { type CarelessBoard, carelessBoard, type UnguardedBoard, unguarded } from "./sales-board/careless-boards.js";
import { redisLossClauses, reignClauses, restartClauses } from "./sales-board/redis-loss-clauses.js";

/** A clause that is broken says so; a script or a server that fails says something else. */
const broke = /^expected|^Property failed|^ready already/;

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
  describe.skipIf(!live)(`SalesBoard on ${name}, which loses things,`, () => {
    for (const [promise, clause] of Object.entries(redisLossClauses))
      it(promise, async () => clause(await openRedis(open)));
  });

/** So many that every node of a Cluster has some. */
const everywhere = Array.from({ length: 50 }, () => freshBoard());

/** Servers of one's own, that a restart befalls. */
const servers = [
  {
    name: "Redis",
    live: engines.redis !== undefined,
    clauses: { ...restartClauses, ...reignClauses },
    start: async () => {
      const redis = await startRedis();
      return { url: redis.url, nodes: [redis], stop: () => redis.stop() };
    },
  },
  {
    name: "Redis Cluster",
    live: engines.redisCluster !== undefined,
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
        await vi.waitFor(() => under.board.cold(everywhere), patience);
        await vi.waitFor(() => Promise.all(everywhere.map((on) => under.raw.exists(salesBoardKey(on)))), patience);
      };
      return { under, restart };
    };

    for (const [promise, clause] of Object.entries(clauses))
      it(promise, async () => {
        const { under, restart } = await opened();
        await clause(under, { restart });
      });

    const without: Readonly<Partial<Record<UnguardedBoard, readonly string[]>>> = {
      "names no process": [
        "is cold after a restart, though every product is there",
        "is not ready by a fill over a restart",
        "is cold after it was rewound to when it was ready",
      ],
      ...(name === "Redis" && { "does not tell one reign from the next": Object.keys(reignClauses) }),
    };
    for (const [guard, broken] of Object.entries(without))
      for (const promise of broken)
        it(`rejects one that ${guard}: ${promise}`, async () => {
          const { under, restart } = await opened();
          const clause = { ...restartClauses, ...reignClauses }[promise];
          const twin = unguarded(under, guard as UnguardedBoard);
          await expect(clause?.(twin, { restart })).rejects.toThrow(broke);
        });
  });

describe.skipIf(engines.redis === undefined)("the suite rejects scripts, one of which", () => {
  const caught: Readonly<Partial<Record<UnguardedBoard, readonly string[]>>> = {
    "writes whatever total comes": [
      "changes nothing at the same total again, or at an older one later",
      "neither loses nor doubles what is booked while it is filled",
      "is cold or equals the database after any bookings, fills, wipes and repeats",
    ],
    "sets the marker first": [
      "is cold while it is filled, with and without products",
      "is cold or equals the database after any bookings, fills, wipes and repeats",
    ],
    "finishes what was lost": [
      "is not ready by a fill over a wipe, whatever came after it",
      "is cold or equals the database after any bookings, fills, wipes and repeats",
    ],
    "leaves old markers in": [
      "is not ready by a fill that another overtook, but by that one",
      "leaves no trace of fills that died",
    ],
    "lowers whatever stands": ["does not undo a raise between the look and the lowering"],
    "names no process": ["names the process that answers"],
    "looks at no score of the first entry": ["believes no marker but at +inf"],
  };
  for (const [guard, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${guard}: ${promise}`, async () => {
        const under = await openRedis(() => openRedisBoards(engines.redis ?? ""));
        const clause = boardClauses[promise] ?? redisLossClauses[promise];
        await expect(clause?.(unguarded(under, guard as UnguardedBoard))).rejects.toThrow(broke);
      });
});

describe("the suite rejects a board that", () => {
  const asTheDatabase = "is cold or equals the database after any bookings, fills, wipes and repeats";
  const caught: Readonly<Record<CarelessBoard, readonly string[]>> = {
    "adds totals instead of raising to them": [
      "changes nothing at the same total again, or at an older one later",
      "neither loses nor doubles what is booked while it is filled",
      asTheDatabase,
    ],
    "writes whatever total comes": [
      "changes nothing at the same total again, or at an older one later",
      "stands at the greatest total, whatever the order in which 50 come at once",
      "neither loses nor doubles what is booked while it is filled",
      asTheDatabase,
    ],
    "sets the marker first": ["is cold while it is filled, with and without products", asTheDatabase],
    "is ready when it is told so": [
      "is not ready by a fill over a wipe, whatever came after it",
      "is not ready by a fill that another overtook, but by that one",
      asTheDatabase,
    ],
    "lets whoever comes finish": ["is not ready by a fill that another overtook, but by that one"],
    "begins anew on a ready board": ["stays ready when somebody would fill it"],
    "takes a missing board for an empty one": [
      "is cold where it was never filled, though sales raise it",
      "is cold after a wipe, and as a filled one says so",
    ],
    "shows what it has": ["is cold while it is filled, with and without products", asTheDatabase],
    "counts its marker as the first": ["never shows a marker, even where nothing sold"],
    "puts the smaller id first": [
      "ranks by quantity, and of equal quantities the greater product id in byte order first",
    ],
    "lowers whatever stands": ["does not undo a raise between the look and the lowering"],
    "lets go of nothing": ["lets go of the boards that it is told, and of no other"],
  };
  for (const [carelessness, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${carelessness}: ${promise}`, async () => {
        const clause = boardClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(carelessBoard(carelessness as CarelessBoard))).rejects.toThrow(broke);
      });
});
