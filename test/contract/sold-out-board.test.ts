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
} from "./sold-out-board/board-under-test.js";
import { type CarelessBoard, carelessBoard } from "./sold-out-board/careless-boards.js";
import { rankingClauses, writingClauses } from "./sold-out-board/clauses.js";
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

    it("answers and holds what the one in memory does, each call sent one to three times", () =>
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
  describe.skipIf(!live)(`SoldOutBoard on ${name}, which others see and which loses things,`, () => {
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

// Few sell-outs, so that calls meet, and more of them than a board holds, so that it overflows.
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

/** One sequence of calls; a write is under the version that was asked for last. */
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
  const caught: Readonly<Record<CarelessBoard, readonly string[]>> = {
    "puts the slowest first": ["puts the faster first, in whatever order they come"],
    "breaks ties by ids alone": ["breaks ties by more seats, the earlier opening, then the ids"],
    "reads seats a second backwards, ties as well": [
      "ranks by seats a second, ties in the same sense",
      "orders under every policy as the policy does, recorded or written",
    ],
    "takes the last time that it hears": ["changes nothing when a sell-out is recorded again"],
    "has no end": ["holds the best fifty, however many there are"],
    "takes a missing board for an empty one": [
      "is cold until it is first written, also when sell-outs come",
      "is cold after a flush, and equals the database when it is written",
    ],
    "reads under any policy": ["is cold under every policy but its own"],
    "records under any policy": ["is cold once a sell-out came under another policy"],
    "writes whatever has come meanwhile": [
      "does not write what was read before a sell-out was recorded",
      "does not write what was read before a flush",
      "loses no sell-out that is recorded while it is written",
    ],
    "forgets what comes while it is cold": ["does not write what was read before a sell-out was recorded"],
    "adds to what stands": [
      "refills to fifty by a write when a place comes free",
      "is written to what was given, and tells how many members differed",
    ],
    "writes the worse half later": ["shows readers the board before a write or after it, never between"],
    "lets one write a version": ["lets two write who read at once, and one who sends it twice"],
    "keeps weeks for ever": ["holds nothing of a week whose time is over"],
    "has one board for all": ["keeps every week's board, and that of all time, apart"],
  };
  const everyClause = { ...clauses, ...weekClauses };
  for (const [carelessness, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${carelessness}: ${promise}`, async () => {
        const clause = everyClause[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        const twin = () => carelessBoard(carelessness as CarelessBoard);
        await expect(clause(twin(), week)).rejects.toThrow();
        await expect(clause(twin(), fastestBoard)).rejects.toThrow();
      });
});
