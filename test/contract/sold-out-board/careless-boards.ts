import { setImmediate as roundTrip } from "node:timers/promises";
import { MemorySoldOutBoard } from "../../../src/adapters/memory/memory-sold-out-board.js";
import type { SoldOutBoard } from "../../../src/application/ports/sold-out-board.js";
import type { ScheduleId } from "../../../src/domain/ids.js";
import { type Board, fastestBoard, type SellOut } from "../../../src/domain/sold-out.js";
import { compareSellOuts, type ScorePolicy, scoreOf, scorePolicies } from "../../../src/domain/sold-out-score.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { type BoardsUnderTest, openMemoryBoards } from "./board-under-test.js";

/** A right board, of which a twin gets something wrong, and all sell-outs that it ever heard of. */
type Right = { readonly right: SoldOutBoard; readonly heard: Map<ScheduleId, SellOut> };

const all = 1000;

const sorted = (
  { right, heard }: Right,
  order: (policy: ScorePolicy, a: SellOut, b: SellOut) => number,
): Partial<SoldOutBoard> => ({
  top: async (board, policy, limit) => {
    const top = await right.top(board, policy, all);
    const known = top?.flatMap((id) => heard.get(id) ?? []).sort((a, b) => order(policy, a, b));
    return known?.slice(0, limit).map(({ scheduleId }) => scheduleId) ?? null;
  },
});

const forEver = (board: Board): Board =>
  board.name === "weekly" ? { ...board, keptUntil: Number.POSITIVE_INFINITY as EpochMs } : board;

/** The same board with others put in the place of those asked for. */
const elsewhere = ({ right }: Right, place: (board: Board) => Board): SoldOutBoard => ({
  top: (board, policy, limit) => right.top(place(board), policy, limit),
  record: (board, policy, sellOuts) => right.record(place(board), policy, sellOuts),
  version: (board) => right.version(place(board)),
  write: (board, policy, sellOuts, version) => right.write(place(board), policy, sellOuts, version),
});

const twins = {
  "puts the slowest first": (of) => sorted(of, (policy, a, b) => compareSellOuts(policy)(b, a)),
  /** As in the notes, whose members begin with the concert. */
  "breaks ties by ids alone": (of) =>
    sorted(of, (policy, a, b) => scoreOf(policy, a) - scoreOf(policy, b) || (a.scheduleId < b.scheduleId ? -1 : 1)),
  "reads seats a second backwards, ties as well": (of) =>
    sorted(of, (policy, a, b) => {
      if (policy !== "seats-per-second") return compareSellOuts(policy)(a, b);
      return scoreOf(policy, b) - scoreOf(policy, a) || compareSellOuts("weighted-sum")(b, a);
    }),
  "takes the last time that it hears": ({ right, heard }) => ({
    record: async (board, policy, sellOuts) => {
      const known = (await right.top(board, policy, all))?.flatMap((id) => heard.get(id) ?? []);
      if (known === undefined) return right.record(board, policy, sellOuts);
      const last = new Map([...known, ...sellOuts].map((each) => [each.scheduleId, each]));
      await right.write(board, policy, [...last.values()], await right.version(board));
      return "recorded";
    },
  }),
  "has no end": ({ right, heard }) => ({
    top: async (board, policy, limit) => {
      if ((await right.top(board, policy, all)) === null) return null;
      const ever = [...heard.values()].sort(compareSellOuts(policy));
      return ever.slice(0, limit).map(({ scheduleId }) => scheduleId);
    },
  }),
  "takes a missing board for an empty one": ({ right }) => ({
    top: async (board, policy, limit) => (await right.top(board, policy, limit)) ?? [],
  }),
  "reads under any policy": ({ right }) => ({
    top: async (board, _, limit) => {
      const tops = await Promise.all(scorePolicies.map((policy) => right.top(board, policy, limit)));
      return tops.find((top) => top !== null) ?? null;
    },
  }),
  "records under any policy": ({ right }) => ({
    record: async (board, policy, sellOuts) => {
      for (const each of scorePolicies)
        if ((await right.top(board, each, 1)) !== null) return right.record(board, each, sellOuts);
      return right.record(board, policy, sellOuts);
    },
  }),
  "writes whatever has come meanwhile": ({ right }) => ({
    write: async (board, policy, sellOuts) => right.write(board, policy, sellOuts, await right.version(board)),
  }),
  "forgets what comes while it is cold": ({ right }) => ({
    record: async (board, policy, sellOuts) =>
      (await right.top(board, policy, 1)) === null ? "cold" : right.record(board, policy, sellOuts),
  }),
  "adds to what stands": ({ right, heard }) => ({
    write: async (board, policy, sellOuts, version) => {
      const stand = (await right.top(board, policy, all))?.flatMap((id) => heard.get(id) ?? []) ?? [];
      return right.write(board, policy, [...new Set([...stand, ...sellOuts])], version);
    },
  }),
  "writes the worse half later": ({ right }) => ({
    write: async (board, policy, sellOuts, version) => {
      const written = await right.write(board, policy, sellOuts.slice(0, sellOuts.length / 2), version);
      await roundTrip();
      if (written.kind === "stale") return written;
      return right.write(board, policy, sellOuts, version);
    },
  }),
  "lets one write a version": ({ right }) => ({
    write: async (board, policy, sellOuts, version) => {
      const written = await right.write(board, policy, sellOuts, version);
      if (written.kind === "written") await right.record(board, policy, []);
      return written;
    },
  }),
  "keeps weeks for ever": (of) => elsewhere(of, forEver),
  "has one board for all": (of) => elsewhere(of, () => fastestBoard),
} satisfies Readonly<Record<string, (of: Right) => Partial<SoldOutBoard>>>;

export type CarelessBoard = keyof typeof twins;

/** Known-wrong twins: the suite must reject each. */
export const carelessBoard = (carelessness: CarelessBoard): BoardsUnderTest => {
  const heard = new Map<ScheduleId, SellOut>();
  const hear = (sellOuts: readonly SellOut[]) => {
    for (const each of sellOuts) heard.set(each.scheduleId, each);
  };
  return openMemoryBoards((clock) => {
    const right = new MemorySoldOutBoard(clock);
    const wrong: Partial<SoldOutBoard> = twins[carelessness]({ right, heard });
    const twin = new Proxy(right as SoldOutBoard, {
      get: (target, name) => Reflect.get(name in wrong ? wrong : target, name),
    });
    return {
      top: (board, policy, limit) => twin.top(board, policy, limit),
      version: (board) => twin.version(board),
      record: (board, policy, sellOuts) => {
        hear(sellOuts);
        return twin.record(board, policy, sellOuts);
      },
      write: (board, policy, sellOuts, version) => {
        hear(sellOuts);
        return twin.write(board, policy, sellOuts, version);
      },
    };
  });
};
