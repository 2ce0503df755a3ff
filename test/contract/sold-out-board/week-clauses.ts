import { expect } from "vitest";
import { fastestBoard } from "../../../src/domain/sold-out.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { type Clauses, namesOf, rebuilt, sold, soldFrom, weekBoard } from "./boards-under-test.js";

/** Clauses about weekly boards. */
export const weekClauses: Clauses = {
  "separates the boards of weeks and of all time": async (under) => {
    const [one, two] = [weekBoard("2026-W53"), weekBoard("2027-W01")];
    await rebuilt(under, one, [sold(1)], "tiered");
    expect(await under.board.top(two, "tiered", 50)).toBeNull();
    await rebuilt(under, two, [sold(2)], "elapsed");
    await rebuilt(under, fastestBoard, soldFrom(1, 2), "tiered");
    const version = await under.board.version(one);
    await under.board.record(two, "elapsed", [sold(3)]);
    expect(await under.board.write(one, "tiered", [sold(1)], version)).toEqual({ kind: "written", drift: 0 });
    expect(await under.board.top(one, "tiered", 50)).toEqual(["s1"]);
    expect(await under.board.top(two, "elapsed", 50)).toEqual(["s2", "s3"]);
    expect(await under.board.top(fastestBoard, "tiered", 50)).toEqual(["s1", "s2"]);
  },

  "removes a weekly board at its keptUntil": async (under) => {
    const week = weekBoard("2026-W47", (Date.now() + 2000) as EpochMs);
    await rebuilt(under, week, soldFrom(1, 3));
    expect(await under.board.top(week, "tiered", 50)).toEqual(namesOf(soldFrom(1, 3)));
    await expect.poll(() => under.board.top(week, "tiered", 50)).toBeNull();
  },

  "stays cold for a week whose keptUntil has passed": async (under) => {
    const week = weekBoard("2020-W01", Date.UTC(2020, 0, 20) as EpochMs);
    const version = await under.board.version(week);
    expect(await under.board.record(week, "tiered", [sold(1)])).toBe("cold");
    expect(await under.board.write(week, "tiered", [sold(1)], version)).toEqual({ kind: "stale" });
    expect(await under.board.write(week, "tiered", [sold(1)], await under.board.version(week))).toEqual({
      kind: "stale",
    });
    expect(await under.board.top(week, "tiered", 50)).toBeNull();
  },
};
