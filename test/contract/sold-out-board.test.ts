import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BoardVersion } from "../../src/application/ports/sold-out-board.js";
import { fastestBoard } from "../../src/domain/sold-out.js";
import { scorePolicies } from "../../src/domain/sold-out-score.js";
import {
  type BoardsUnderTest,
  boardBackends,
  boards,
  openMemoryBoards,
  type RedisBoards,
  redisBackends,
  sold,
  weekBoard,
} from "./sold-out-board/boards-under-test.js";
import { rankingClauses, writingClauses } from "./sold-out-board/clauses.js";
import { type WrongBoard, wrongBoard } from "./sold-out-board/known-wrong-sold-out-board.js";
import { redisClauses } from "./sold-out-board/redis-clauses.js";
import { weekClauses } from "./sold-out-board/week-clauses.js";

const clauses = { ...rankingClauses, ...writingClauses };
const week = weekBoard("2026-W47");

for (const { name, live, start } of boardBackends)
  describe.skipIf(!live)(`SoldOutBoard on ${name}`, () => {
    let under: BoardsUnderTest & { close(): Promise<void> };
    beforeAll(async () => {
      under = await start();
    });
    beforeEach(() => under.lose());
    afterAll(() => under?.close());

    for (const [which, board] of boards)
      for (const [promise, clause] of Object.entries(clauses)) it(`${which}: ${promise}`, () => clause(under, board));
    for (const [promise, clause] of Object.entries(weekClauses)) it(promise, () => clause(under, week));

    it("equals the memory adapter for any calls, each sent one to three times", () =>
      fc.assert(
        fc.asyncProperty(runs, async (steps) => {
          await under.lose();
          const [real, model] = [new Run(under), new Run(openMemoryBoards())];
          for (const [step, times] of steps) {
            const expected = await real.call(step, times);
            expect(await model.call(step, times)).toEqual(expected);
            expect(await real.contents()).toEqual(await model.contents());
          }
        }),
        { numRuns: 150 },
      ));
  });

for (const { name, live, start } of redisBackends)
  describe.skipIf(!live)(`SoldOutBoard on ${name}: keys and losses`, () => {
    let under: RedisBoards;
    beforeAll(async () => {
      under = await start();
    });
    beforeEach(() => under.lose());
    afterAll(() => under?.close());

    for (const [which, board] of boards)
      for (const [promise, clause] of Object.entries(redisClauses))
        it(`${which}: ${promise}`, () => clause(under, board));
  });

// Few sell-outs, so that calls have some in common, but more than a board contains.
const sellOuts = fc
  .uniqueArray(fc.integer({ min: 1, max: 70 }), { maxLength: 70 })
  .map((numbers) => numbers.map((n) => sold(n, { seats: 100 * (1 + (n % 3)), elapsed: (n % 4) * 500 })));
const policy = fc.constantFrom(...scorePolicies.slice(2));
const step = fc.oneof(
  fc.record({ call: fc.constant("record" as const), policy, sellOuts }),
  fc.record({ call: fc.constant("write" as const), policy, sellOuts }),
  fc.record({ call: fc.constant("version" as const) }),
  fc.record({ call: fc.constant("lose" as const) }),
);
const first = fc.constant({ call: "version" as const });
const times = fc.integer({ min: 1, max: 3 });
const runs = fc
  .tuple(fc.tuple(first, times), fc.array(fc.tuple(step, times), { maxLength: 12 }))
  .map(([begin, rest]) => [begin, ...rest] as const);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Makes one sequence of calls. A write uses the version that was read last. */
class Run {
  private readonly under: BoardsUnderTest;
  private version = "" as BoardVersion;

  constructor(under: BoardsUnderTest) {
    this.under = under;
  }

  call(step: Step, times: number): Promise<unknown> {
    return Promise.all(Array.from({ length: times }, () => this.once(step)));
  }

  private async once(step: Step): Promise<unknown> {
    const { board } = this.under;
    if (step.call === "lose") await this.under.lose();
    else if (step.call === "version") this.version = await board.version(week);
    else if (step.call === "record") return board.record(week, step.policy, step.sellOuts);
    else return board.write(week, step.policy, step.sellOuts, this.version);
    return undefined;
  }

  contents(): Promise<unknown> {
    return Promise.all(scorePolicies.map((by) => this.under.board.top(week, by, 100)));
  }
}

describe("the suite rejects a board that", () => {
  const brokenClauses: Readonly<Record<WrongBoard, readonly string[]>> = {
    "ranks the slowest first": ["ranks faster sell-outs first, in whatever order they are recorded"],
    "breaks ties by ids only": ["breaks ties by more seats, then the earlier opening, then the ids"],
    "reads seats per second in descending order, tie-breakers too": [
      "ranks by seats per second with the same tie-breakers",
      "ranks recorded and written sell-outs by the policy",
    ],
    "replaces a recorded sell-out": ["changes nothing when a sell-out is recorded again"],
    "contains more than fifty": ["contains at most the best fifty"],
    "returns an empty list for a missing board": [
      "is cold until its first write, also after sell-outs are recorded",
      "is cold after a loss, and equals the database after a write",
    ],
    "reads under any policy": ["is cold under every policy but its own"],
    "records under any policy": ["is cold after a sell-out is recorded under another policy"],
    "ignores the version": [
      "rejects a write whose data was read before a sell-out was recorded",
      "rejects a write whose data was read before a loss",
      "loses no sell-out that is recorded during a write",
    ],
    "does not change the version while it is cold": [
      "rejects a write whose data was read before a sell-out was recorded",
    ],
    "adds to existing members": [
      "is refilled to fifty by a write",
      "contains what was written, and the write returns how many members differed",
    ],
    "writes in two steps": ["returns the board before or after a write, never in between"],
    "accepts one write per version": ["accepts two writes of one version, and a repeated write"],
    "keeps weeks forever": ["stays cold for a week whose keptUntil has passed"],
    "uses one board for all weeks": ["separates the boards of weeks and of all time"],
  };
  const everyClause = { ...clauses, ...weekClauses };
  for (const [wrong, promises] of Object.entries(brokenClauses))
    for (const promise of promises)
      it(`${wrong}: ${promise}`, async () => {
        const clause = everyClause[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        for (const board of [week, fastestBoard])
          await expect(clause(wrongBoard(wrong as WrongBoard), board)).rejects.toThrow();
      });
});
