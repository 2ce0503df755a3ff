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

/** What the board shows must be the totals. */
const shows = async (under: BoardsUnderTest, on: WindowBoard, ...totals: readonly (readonly [number, number])[]) =>
  expect(await listOf(under, on)).toEqual(ranked(totals.map(([n, quantity]) => total(n, quantity))));

const isCold = async ({ board }: BoardsUnderTest, on: WindowBoard) => {
  expect(await board.top(on, 10)).toBeNull();
  expect(await board.ranks(on, [product(1)])).toBeNull();
  expect(await board.cold([on])).toEqual([on]);
};

/** One thing that happens to a board and its database of four products; its text is what fast-check shows. */
type Step =
  | { readonly kind: "book"; readonly product: number; readonly units: number }
  /** Raises to the totals as they were read after one of the bookings so far, again or for the first time. */
  | { readonly kind: "raise"; readonly reading: number }
  /** A fill's next step: it begins, reads and raises a page, or finishes. */
  | { readonly kind: "fill" }
  | { readonly kind: "overtake" | "lose" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("book" as const), product: fc.nat(3), units: fc.nat(3) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("raise" as const), reading: fc.nat(20) }) },
    { weight: 12, arbitrary: fc.constant<Step>({ kind: "fill" }) },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "overtake" }, { kind: "lose" }) },
  ),
  { minLength: 20, maxLength: 40 },
);

/** Runs the steps as a booking consumer and a filler do; every reading of a booking is raised before a look. */
const follow = async (under: BoardsUnderTest, sequence: readonly Step[]) => {
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
    else if (step.kind === "overtake" || (step.kind === "fill" && fill === null)) {
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

/** What every `SalesBoard` keeps. */
export const boardClauses: Clauses = {
  "ranks by quantity, and of equal quantities the greater product id in byte order first": async (under) => {
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

  "changes nothing at the same total again, or at an older one later": async (under) => {
    const on = await filled(under, [total(1, 5), total(2, 3)]);
    for (const again of [5, 4, 1, 0]) await under.board.raise(on, [total(1, again)]);
    await shows(under, on, [1, 5], [2, 3]);
    await under.board.raise(on, [total(2, 6)]);
    await shows(under, on, [1, 5], [2, 6]);
  },

  "stands at the greatest total, whatever the order in which 50 come at once": async (under) => {
    const on = await filled(under, []);
    const totals = Array.from({ length: 50 }, (_, n) => total(1, ((n * 37) % 50) + 1));
    await Promise.all(totals.map((each) => under.board.raise(on, [each])));
    await shows(under, on, [1, 50]);
  },

  "takes a product twice in one call at its greatest": async (under) => {
    const on = await filled(under, [total(1, 2), total(1, 9), total(1, 4)]);
    await shows(under, on, [1, 9]);
  },

  "does not hold what sold nothing": async (under) => {
    const on = await filled(under, [total(1, 0), total(2, 1)]);
    await shows(under, on, [2, 1]);
    expect([...(await under.board.scores(on, [product(1), product(2)]))]).toEqual([[product(2), 1]]);
  },

  "takes 1,200 products in one call, and tells all their scores": async (under) => {
    const totals = Array.from({ length: 1200 }, (_, n) => total(n, 1 + (n % 7)));
    const on = await filled(under, totals);
    expect(await listOf(under, on)).toEqual(ranked(totals));
    const asked = totals.map(({ productId }) => productId);
    expect([...(await under.board.scores(on, asked))]).toEqual(totals.map((each) => [each.productId, each.quantity]));
    expect((await under.board.ranks(on, asked))?.size).toBe(1200);
  },

  "tells the first ones only, with their ranks": async (under) => {
    const on = await filled(under, [total(1, 10), total(2, 30), total(3, 20)]);
    expect(await under.board.top(on, 2)).toEqual([
      { rank: 1, ...total(2, 30) },
      { rank: 2, ...total(3, 20) },
    ]);
    expect(await under.board.top(on, 0)).toEqual([]);
  },

  "tells ranks of those asked that are on it": async (under) => {
    const on = await filled(under, [total(1, 10), total(2, 30), total(3, 20)]);
    const ranks = await under.board.ranks(on, [product(9), product(1), product(2)]);
    expect([...(ranks ?? [])]).toEqual([
      [product(1), 3],
      [product(2), 1],
    ]);
    expect(await under.board.ranks(on, [])).toEqual(new Map());
  },

  "is cold where it was never filled, though sales raise it": async (under) => {
    const on = freshBoard();
    await isCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await isCold(under, on);
    expect([...(await under.board.scores(on, [product(1), product(2)]))]).toEqual([[product(1), 3]]);
  },

  "is cold while it is filled, with and without products": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    await isCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await isCold(under, on);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await shows(under, on, [1, 3]);
    expect(await under.board.cold([on])).toEqual([]);
  },

  // Proves: S2
  "neither loses nor doubles what is booked while it is filled": async (under) => {
    const on = freshBoard();
    await under.board.raise(on, [total(1, 3)]);
    const token = await begun(under, on);
    await under.board.raise(on, [total(1, 4), total(2, 8)]);
    // Read before the booking, raised after it.
    await under.board.raise(on, [total(1, 3), total(2, 7)]);
    await under.board.raise(on, [total(3, 1)]);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await shows(under, on, [1, 4], [2, 8], [3, 1]);
  },

  "is not ready by a fill over a wipe, whatever came after it": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await under.lose(on);
    await under.board.raise(on, [total(2, 5)]);
    expect(await under.board.finishFill(on, token)).toBe(false);
    await isCold(under, on);
    await filled(under, [total(1, 3), total(2, 5)], on);
    await shows(under, on, [1, 3], [2, 5]);
  },

  "is cold after a wipe, and as a filled one says so": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    expect(await under.board.finishFill(on, token)).toBe(true);
    expect(await under.board.finishFill(on, token)).toBe(true);
    await under.lose(on);
    await isCold(under, on);
    expect(await under.board.finishFill(on, token)).toBe(false);
    await under.board.raise(on, [total(1, 3)]);
    await isCold(under, on);
  },

  "is not ready by a fill that another overtook, but by that one": async (under) => {
    const on = freshBoard();
    const first = await begun(under, on);
    const second = await begun(under, on);
    expect(await under.board.finishFill(on, first)).toBe(false);
    await isCold(under, on);
    await under.board.raise(on, [total(1, 3)]);
    expect(await under.board.finishFill(on, second)).toBe(true);
    expect(await under.board.finishFill(on, first)).toBe(false);
    await shows(under, on, [1, 3]);
  },

  "stays ready when somebody would fill it": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    expect(await under.board.beginFill(on)).toBeNull();
    await shows(under, on, [1, 3]);
  },

  "never shows a marker, even where nothing sold": async (under) => {
    const on = await filled(under, []);
    await shows(under, on);
    await under.board.raise(on, [total(1, 3)]);
    expect(await under.board.top(on, 100)).toEqual([{ rank: 1, ...total(1, 3) }]);
    expect([...((await under.board.ranks(on, [product(1)])) ?? [])]).toEqual([[product(1), 1]]);
  },

  "lowers a score that is still the one seen, and takes a product off at 0": async (under) => {
    const on = await filled(under, [total(1, 9), total(2, 8), total(3, 7)]);
    const corrections = [
      { ...total(1, 4), seen: 9 },
      { ...total(2, 0), seen: 8 },
      { ...total(9, 5), seen: 6 },
    ];
    for (const _ of ["once", "again"]) {
      await under.board.lower(on, corrections);
      await shows(under, on, [1, 4], [3, 7]);
    }
    await under.board.raise(on, [total(1, 5), total(2, 1)]);
    await shows(under, on, [1, 5], [2, 1], [3, 7]);
  },

  "does not undo a raise between the look and the lowering": async (under) => {
    const on = await filled(under, [total(1, 9)]);
    await under.board.raise(on, [total(1, 10)]);
    await under.board.lower(on, [{ ...total(1, 4), seen: 9 }]);
    await shows(under, on, [1, 10]);
    await under.board.lower(on, [{ ...total(1, 0), seen: 9 }]);
    await shows(under, on, [1, 10]);
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

  "keeps windows and days apart": async (under) => {
    const week = freshBoard("7d");
    const day = { ...week, window: "1d" } as WindowBoard;
    const other = freshBoard("7d");
    await filled(under, [total(1, 1)], week);
    await filled(under, [total(1, 2)], day);
    await shows(under, week, [1, 1]);
    await shows(under, day, [1, 2]);
    expect(await under.board.cold([other, week, day, freshBoard()])).toMatchObject([other, {}]);
  },

  "lets go of the boards that it is told, and of no other": async (under) => {
    const [gone, also, stays] = [freshBoard(), freshBoard("30d"), freshBoard()];
    for (const on of [gone, also, stays]) await filled(under, [total(1, 1)], on);
    await under.board.remove([gone, freshBoard(), also]);
    expect(await under.board.cold([gone, also, stays])).toEqual([gone, also]);
    expect(await under.board.scores(gone, [product(1)])).toEqual(new Map());
  },

  // Proves: S2
  "is cold or equals the database after any bookings, fills, wipes and repeats": async (under) => {
    await fc.assert(
      fc.asyncProperty(steps, (sequence) => follow(under, sequence)),
      { numRuns: 300, seed: 20261121 },
    );
  },
};
