import fc from "fast-check";
import { expect } from "vitest";
import type { FillToken } from "../../../src/application/ports/sales-board.js";
import type { ProductId } from "../../../src/domain/ids.js";
import type { WindowBoard } from "../../../src/domain/sales-window.js";
import {
  type BoardsUnderTest,
  begun,
  type Clauses,
  filled,
  freshBoard,
  listOf,
  product,
  ranked,
  total,
} from "./boards-under-test.js";

const expectBoard = async (
  under: BoardsUnderTest,
  on: WindowBoard,
  ...totals: readonly (readonly [number, number])[]
) => expect(await listOf(under, on)).toEqual(ranked(totals.map(([n, quantity]) => total(n, quantity))));

const expectCold = async ({ board }: BoardsUnderTest, on: WindowBoard) => {
  expect(await board.top(on, 10)).toBeNull();
  expect(await board.ranks(on, [product(1)])).toBeNull();
  expect(await board.cold([on])).toEqual([on]);
};

/** A step of the property test: on one board and on a database of four products. */
type Step =
  | { readonly kind: "book"; readonly product: number; readonly units: number }
  /** Raises the board to a total that was read after an earlier booking, possibly again. */
  | { readonly kind: "raise"; readonly reading: number }
  /** The next step of a fill: begins, raises a page, or finishes. */
  | { readonly kind: "fill" }
  | { readonly kind: "begin again" | "lose" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("book" as const), product: fc.nat(3), units: fc.nat(3) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("raise" as const), reading: fc.nat(20) }) },
    { weight: 12, arbitrary: fc.constant<Step>({ kind: "fill" }) },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "begin again" }, { kind: "lose" }) },
  ),
  { minLength: 20, maxLength: 40 },
);

/** Runs the steps as a booking consumer and a fill do. All totals are raised before the board is compared. */
const runSteps = async (under: BoardsUnderTest, sequence: readonly Step[]) => {
  const on = freshBoard();
  const database = [0, 0, 0, 0];
  const readings: { of: number; to: number; raised: boolean }[] = [];
  let fill: { token: FillToken; pages: number } | null = null;
  const raise = async (reading: (typeof readings)[number] | undefined) => {
    if (reading === undefined) return;
    await under.board.raise(on, [total(reading.of, reading.to)]);
    reading.raised = true;
  };
  for (const step of sequence) {
    if (step.kind === "book") {
      database[step.product] = (database[step.product] ?? 0) + step.units;
      readings.push({ of: step.product, to: database[step.product] ?? 0, raised: false });
    } else if (step.kind === "raise") await raise(readings[step.reading % Math.max(1, readings.length)]);
    else if (step.kind === "begin again" || (step.kind === "fill" && fill === null)) {
      const token = await under.board.beginFill(on);
      fill = token === null ? null : { token, pages: 0 };
    } else if (step.kind === "fill" && fill !== null && fill.pages < 4) {
      await under.board.raise(on, [total(fill.pages, database[fill.pages] ?? 0)]);
      fill.pages += 1;
    } else if (step.kind === "fill" && fill !== null) {
      await under.board.finishFill(on, fill.token);
      fill = null;
    } else if (step.kind === "lose") await under.lose(on);
  }
  for (const reading of readings) if (!reading.raised) await raise(reading);
  const list = await listOf(under, on);
  if (list !== null) expect(list).toEqual(ranked(database.map((quantity, n) => total(n, quantity))));
};

/** The clauses of `SalesBoard`. */
export const boardClauses: Clauses = {
  "ranks by quantity, then by the greater product id in byte order": async (under) => {
    const ids = ["a", "B", "b", "-", "_", "Z", "0", "9", "aa", "a-", "a_", "A"].map((id) => ({
      productId: id as ProductId,
      quantity: id.length === 1 ? 7 : 8,
    }));
    const on = await filled(under, ids);
    expect(await listOf(under, on)).toEqual(ranked(ids));
    const asked = ids.map(({ productId }) => productId);
    const byRank = [...((await under.board.ranks(on, asked)) ?? [])].sort(([, a], [, b]) => a - b);
    expect(byRank).toEqual(ranked(ids).map(([productId], index) => [productId, index + 1]));
  },

  "changes nothing when a total is repeated or an older total arrives late": async (under) => {
    const on = await filled(under, [total(1, 5), total(2, 3)]);
    for (const again of [5, 4, 1, 0]) await under.board.raise(on, [total(1, again)]);
    await expectBoard(under, on, [1, 5], [2, 3]);
    await under.board.raise(on, [total(2, 6)]);
    await expectBoard(under, on, [1, 5], [2, 6]);
  },

  "keeps the greatest of 50 concurrent totals": async (under) => {
    const on = await filled(under, []);
    const totals = Array.from({ length: 50 }, (_, n) => total(1, ((n * 37) % 50) + 1));
    await Promise.all(totals.map((each) => under.board.raise(on, [each])));
    await expectBoard(under, on, [1, 50]);
  },

  "keeps the greatest total of a product that occurs twice in a call": async (under) => {
    const on = await filled(under, [total(1, 2), total(1, 9), total(1, 4)]);
    await expectBoard(under, on, [1, 9]);
  },

  "does not contain products with a total of 0": async (under) => {
    const on = await filled(under, [total(1, 0), total(2, 1)]);
    await expectBoard(under, on, [2, 1]);
    expect([...(await under.board.scores(on, [product(1), product(2)]))]).toEqual([[product(2), 1]]);
  },

  "accepts 1,200 products in one call and returns all their scores": async (under) => {
    const totals = Array.from({ length: 1200 }, (_, n) => total(n, 1 + (n % 7)));
    const on = await filled(under, totals);
    expect(await listOf(under, on)).toEqual(ranked(totals));
    const asked = totals.map(({ productId }) => productId);
    expect([...(await under.board.scores(on, asked))]).toEqual(totals.map((each) => [each.productId, each.quantity]));
    expect((await under.board.ranks(on, asked))?.size).toBe(1200);
  },

  "returns at most limit products, with their ranks": async (under) => {
    const on = await filled(under, [total(1, 10), total(2, 30), total(3, 20)]);
    expect(await under.board.top(on, 2)).toEqual([
      { rank: 1, ...total(2, 30) },
      { rank: 2, ...total(3, 20) },
    ]);
    expect(await under.board.top(on, 0)).toEqual([]);
  },

  "returns the ranks of the requested products that are on the board": async (under) => {
    const on = await filled(under, [total(1, 10), total(2, 30), total(3, 20)]);
    const ranks = await under.board.ranks(on, [product(9), product(1), product(2)]);
    expect([...(ranks ?? [])]).toEqual([
      [product(1), 3],
      [product(2), 1],
    ]);
    expect(await under.board.ranks(on, [])).toEqual(new Map());
  },

  "is cold until it has been filled, although sales raise it": async (under) => {
    const on = freshBoard();
    await expectCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await expectCold(under, on);
    expect([...(await under.board.scores(on, [product(1), product(2)]))]).toEqual([[product(1), 3]]);
  },

  "is cold during a fill, with and without products": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    await expectCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await expectCold(under, on);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await expectBoard(under, on, [1, 3]);
    expect(await under.board.cold([on])).toEqual([]);
  },

  // Proves: S2
  "neither loses nor doubles sales that are booked during a fill": async (under) => {
    const on = freshBoard();
    await under.board.raise(on, [total(1, 3)]);
    const token = await begun(under, on);
    await under.board.raise(on, [total(1, 4), total(2, 8)]);
    // These totals were read before a booking and are raised after it.
    await under.board.raise(on, [total(1, 3), total(2, 7)]);
    await under.board.raise(on, [total(3, 1)]);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await expectBoard(under, on, [1, 4], [2, 8], [3, 1]);
  },

  "does not finish a fill during which the board was lost": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await under.lose(on);
    await under.board.raise(on, [total(2, 5)]);
    expect(await under.board.finishFill(on, token)).toBe(false);
    await expectCold(under, on);
    await filled(under, [total(1, 3), total(2, 5)], on);
    await expectBoard(under, on, [1, 3], [2, 5]);
  },

  "is cold after a loss": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    expect(await under.board.finishFill(on, token)).toBe(true);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await under.lose(on);
    await expectCold(under, on);
    expect(await under.board.finishFill(on, token)).toBe(false);
    await under.board.raise(on, [total(1, 3)]);
    await expectCold(under, on);
  },

  "finishes only the fill that began last": async (under) => {
    const on = freshBoard();
    const first = await begun(under, on);
    const second = await begun(under, on);
    expect(await under.board.finishFill(on, first)).toBe(false);
    await expectCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    expect(await under.board.finishFill(on, second)).toBe(true);
    expect(await under.board.finishFill(on, first)).toBe(false);
    await expectBoard(under, on, [1, 3]);
  },

  "stays ready when another fill would begin": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    expect(await under.board.beginFill(on)).toBeNull();
    await expectBoard(under, on, [1, 3]);
  },

  "never returns a marker, also if no product was sold": async (under) => {
    const on = await filled(under, []);
    await expectBoard(under, on);
    await under.board.raise(on, [total(1, 3)]);
    expect(await under.board.top(on, 100)).toEqual([{ rank: 1, ...total(1, 3) }]);
    expect([...((await under.board.ranks(on, [product(1)])) ?? [])]).toEqual([[product(1), 1]]);
  },

  "lowers a score that still has the value that was seen, and removes a product at 0": async (under) => {
    const on = await filled(under, [total(1, 9), total(2, 8), total(3, 7)]);
    const corrections = [
      { ...total(1, 4), seen: 9 },
      { ...total(2, 0), seen: 8 },
      { ...total(9, 5), seen: 6 },
    ];
    for (const _ of ["once", "again"]) {
      await under.board.lower(on, corrections);
      await expectBoard(under, on, [1, 4], [3, 7]);
    }
    await under.board.raise(on, [total(1, 5), total(2, 1)]);
    await expectBoard(under, on, [1, 5], [2, 1], [3, 7]);
  },

  "does not lower a score that was raised after it was seen": async (under) => {
    const on = await filled(under, [total(1, 9)]);
    await under.board.raise(on, [total(1, 10)]);
    await under.board.lower(on, [{ ...total(1, 4), seen: 9 }]);
    await expectBoard(under, on, [1, 10]);
    await under.board.lower(on, [{ ...total(1, 0), seen: 9 }]);
    await expectBoard(under, on, [1, 10]);
  },

  "lowers 1,000 scores in one call": async (under) => {
    const totals = Array.from({ length: 1000 }, (_, n) => total(n, 10 + n));
    const on = await filled(under, totals);
    await under.board.lower(
      on,
      totals.map(({ productId, quantity }) => ({ productId, seen: quantity, quantity: quantity - 10 })),
    );
    expect(await listOf(under, on)).toEqual(
      ranked(totals.map(({ productId, quantity }) => ({ productId, quantity: quantity - 10 }))),
    );
  },

  "separates windows and days": async (under) => {
    const week = freshBoard("7d");
    const day = { ...week, window: "1d" } as WindowBoard;
    const other = freshBoard("7d");
    await filled(under, [total(1, 1)], week);
    await filled(under, [total(1, 2)], day);
    await expectBoard(under, week, [1, 1]);
    await expectBoard(under, day, [1, 2]);
    expect(await under.board.cold([other, week, day, freshBoard()])).toMatchObject([other, {}]);
  },

  "removes the given boards and no others": async (under) => {
    const [first, second, kept] = [freshBoard(), freshBoard("30d"), freshBoard()];
    for (const on of [first, second, kept]) await filled(under, [total(1, 1)], on);
    await under.board.remove([first, freshBoard(), second]);
    expect(await under.board.cold([first, second, kept])).toEqual([first, second]);
    expect(await under.board.scores(first, [product(1)])).toEqual(new Map());
  },

  // Proves: S2
  "is cold or equals the database after any bookings, fills, losses and repetitions": async (under) => {
    await fc.assert(
      fc.asyncProperty(steps, (sequence) => runSteps(under, sequence)),
      { numRuns: 300, seed: 20261121 },
    );
  },
};
