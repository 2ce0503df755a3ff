import { describe, expect, it } from "vitest";
import { BriefCache } from "../../src/adapters/http/api/board-responses.js";
import type { EpochMs } from "../../src/domain/time.js";

/** Answers that number themselves, by a clock that stands still. */
const numbered = () => {
  const clock = { at: 1_000_000, now: () => clock.at as EpochMs };
  const answers = new BriefCache<number>(clock);
  let made = 0;
  const make = async () => {
    made += 1;
    return made;
  };
  return { clock, answers, make };
};

describe("brief answers", () => {
  it("are made once for all who ask within half a second of the first", async () => {
    const { clock, answers, make } = numbered();
    expect(await Promise.all(Array.from({ length: 20 }, () => answers.recent("a", make)))).toEqual(Array(20).fill(1));
    clock.at += 499;
    expect(await answers.recent("a", make)).toBe(1);
    expect(await answers.recent("b", make)).toBe(2);
    clock.at += 1;
    expect(await answers.recent("a", make)).toBe(3);
  });

  it("are shared while they are made, however long that takes, and old from when it began", async () => {
    const { clock, answers, make } = numbered();
    let end = () => {};
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow = () => done.then(make);
    const first = answers.recent("a", slow);
    clock.at += 1500;
    const second = answers.recent("a", make);
    end();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(await answers.recent("a", make)).toBe(2);
  });

  it("are renewed for whoever needs what is true now, and for those who ask after", async () => {
    const { answers, make } = numbered();
    expect(await answers.recent("a", make)).toBe(1);
    expect(await answers.renewed("a", make)).toBe(2);
    expect(await answers.recent("a", make)).toBe(2);
  });

  it("that failed are told to all who waited, and not kept", async () => {
    const { answers, make } = numbered();
    const fail = () => Promise.reject(new Error("away"));
    const waiting = [answers.recent("a", fail), answers.recent("a", make)];
    for (const answer of waiting) await expect(answer).rejects.toThrow("away");
    expect(await answers.recent("a", make)).toBe(1);
  });

  it("do not last longer for a clock that is put back", async () => {
    const { clock, answers, make } = numbered();
    await answers.recent("a", make);
    clock.at -= 3_600_000;
    expect(await answers.recent("a", make)).toBe(2);
  });

  it("are bounded in number: the one that nobody asked for longest goes first", async () => {
    const { answers, make } = numbered();
    await answers.recent("first", make);
    for (let n = 0; n < 255; n++) await answers.recent(`n${n}`, make);
    expect(await answers.recent("first", make)).toBe(1);
    await answers.recent("one more", make);
    expect(await answers.recent("first", make)).toBe(1);
    expect(await answers.recent("n0", make)).toBe(258);
  });
});
