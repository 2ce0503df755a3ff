import { setImmediate as roundTrip } from "node:timers/promises";
import { MemorySoldOutBoard } from "../../../src/adapters/memory/memory-sold-out-board.js";
import type { SoldOutBoard } from "../../../src/application/ports/sold-out-board.js";
import type { ScheduleId } from "../../../src/domain/ids.js";
import { type Board, fastestBoard, type SellOut } from "../../../src/domain/sold-out.js";
import { compareSellOuts, type ScorePolicy, scoreOf, scorePolicies } from "../../../src/domain/sold-out-score.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { type BoardsUnderTest, openMemoryBoards } from "./boards-under-test.js";

/** A correct board, of which a known-wrong implementation replaces some methods, and all sell-outs it received. */
type Correct = { readonly correct: SoldOutBoard; readonly received: Map<ScheduleId, SellOut> };

const all = 1000;

const sorted = (
  { correct, received }: Correct,
  order: (policy: ScorePolicy, a: SellOut, b: SellOut) => number,
): Partial<SoldOutBoard> => ({
  top: async (board, policy, limit) => {
    const top = await correct.top(board, policy, all);
    const known = top?.flatMap((id) => received.get(id) ?? []).sort((a, b) => order(policy, a, b));
    return known?.slice(0, limit).map(({ scheduleId }) => scheduleId) ?? null;
  },
});

const forEver = (board: Board): Board =>
  board.name === "weekly" ? { ...board, keptUntil: Number.POSITIVE_INFINITY as EpochMs } : board;

/** Uses other boards than the requested ones. */
const withOtherBoards = ({ correct }: Correct, place: (board: Board) => Board): SoldOutBoard => ({
  top: (board, policy, limit) => correct.top(place(board), policy, limit),
  record: (board, policy, sellOuts) => correct.record(place(board), policy, sellOuts),
  version: (board) => correct.version(place(board)),
  write: (board, policy, sellOuts, version) => correct.write(place(board), policy, sellOuts, version),
});

const wrongMethods = {
  "ranks the slowest first": (of) => sorted(of, (policy, a, b) => compareSellOuts(policy)(b, a)),
  /** As in the notes (`docs/notes.md`), whose members begin with the concert. */
  "breaks ties by ids only": (of) =>
    sorted(of, (policy, a, b) => scoreOf(policy, a) - scoreOf(policy, b) || (a.scheduleId < b.scheduleId ? -1 : 1)),
  "reads seats per second in descending order, tie-breakers too": (of) =>
    sorted(of, (policy, a, b) => {
      if (policy !== "seats-per-second") return compareSellOuts(policy)(a, b);
      return scoreOf(policy, b) - scoreOf(policy, a) || compareSellOuts("weighted-sum")(b, a);
    }),
  "replaces a recorded sell-out": ({ correct, received }) => ({
    record: async (board, policy, sellOuts) => {
      const known = (await correct.top(board, policy, all))?.flatMap((id) => received.get(id) ?? []);
      if (known === undefined) return correct.record(board, policy, sellOuts);
      const last = new Map([...known, ...sellOuts].map((each) => [each.scheduleId, each]));
      await correct.write(board, policy, [...last.values()], await correct.version(board));
      return "recorded";
    },
  }),
  "contains more than fifty": ({ correct, received }) => ({
    top: async (board, policy, limit) => {
      if ((await correct.top(board, policy, all)) === null) return null;
      const ever = [...received.values()].sort(compareSellOuts(policy));
      return ever.slice(0, limit).map(({ scheduleId }) => scheduleId);
    },
  }),
  "returns an empty list for a missing board": ({ correct }) => ({
    top: async (board, policy, limit) => (await correct.top(board, policy, limit)) ?? [],
  }),
  "reads under any policy": ({ correct }) => ({
    top: async (board, _, limit) => {
      const tops = await Promise.all(scorePolicies.map((policy) => correct.top(board, policy, limit)));
      return tops.find((top) => top !== null) ?? null;
    },
  }),
  "records under any policy": ({ correct }) => ({
    record: async (board, policy, sellOuts) => {
      for (const each of scorePolicies)
        if ((await correct.top(board, each, 1)) !== null) return correct.record(board, each, sellOuts);
      return correct.record(board, policy, sellOuts);
    },
  }),
  "ignores the version": ({ correct }) => ({
    write: async (board, policy, sellOuts) => correct.write(board, policy, sellOuts, await correct.version(board)),
  }),
  "does not change the version while it is cold": ({ correct }) => ({
    record: async (board, policy, sellOuts) =>
      (await correct.top(board, policy, 1)) === null ? "cold" : correct.record(board, policy, sellOuts),
  }),
  "adds to existing members": ({ correct, received }) => ({
    write: async (board, policy, sellOuts, version) => {
      const current = (await correct.top(board, policy, all))?.flatMap((id) => received.get(id) ?? []) ?? [];
      return correct.write(board, policy, [...new Set([...current, ...sellOuts])], version);
    },
  }),
  "writes in two steps": ({ correct }) => ({
    write: async (board, policy, sellOuts, version) => {
      const written = await correct.write(board, policy, sellOuts.slice(0, sellOuts.length / 2), version);
      await roundTrip();
      if (written.kind === "stale") return written;
      return correct.write(board, policy, sellOuts, version);
    },
  }),
  "accepts one write per version": ({ correct }) => ({
    write: async (board, policy, sellOuts, version) => {
      const written = await correct.write(board, policy, sellOuts, version);
      if (written.kind === "written") await correct.record(board, policy, []);
      return written;
    },
  }),
  "keeps weeks forever": (of) => withOtherBoards(of, forEver),
  "uses one board for all weeks": (of) => withOtherBoards(of, () => fastestBoard),
} satisfies Readonly<Record<string, (of: Correct) => Partial<SoldOutBoard>>>;

export type WrongBoard = keyof typeof wrongMethods;

/** Creates a known-wrong board. */
export const wrongBoard = (wrong: WrongBoard): BoardsUnderTest => {
  const received = new Map<ScheduleId, SellOut>();
  const receive = (sellOuts: readonly SellOut[]) => {
    for (const each of sellOuts) received.set(each.scheduleId, each);
  };
  return openMemoryBoards((clock) => {
    const correct = new MemorySoldOutBoard(clock);
    const methods: Partial<SoldOutBoard> = wrongMethods[wrong]({ correct, received });
    const board = new Proxy(correct as SoldOutBoard, {
      get: (target, name) => Reflect.get(name in methods ? methods : target, name),
    });
    return {
      top: (...call) => board.top(...call),
      version: (...call) => board.version(...call),
      record: (on, policy, sellOuts) => {
        receive(sellOuts);
        return board.record(on, policy, sellOuts);
      },
      write: (on, policy, sellOuts, version) => {
        receive(sellOuts);
        return board.write(on, policy, sellOuts, version);
      },
    };
  });
};
