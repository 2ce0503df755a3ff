import { describe, expect, it } from "vitest";
import { memoryBoardNotices } from "../../src/adapters/memory/memory-notices.js";
import { WatchBoards } from "../../src/application/board/watch-boards.js";
import { businessDayAt, plusDays, startOfDay, type TimeZone } from "../../src/domain/business-day.js";
import type { EpochMs } from "../../src/domain/time.js";
import { noon } from "../support/drop.js";

const seoul = "Asia/Seoul" as TimeZone;

/** Boards under a name each, and what their watchers hear. */
const watched = () => {
  const notices = memoryBoardNotices();
  const clock = { at: noon, now: () => clock.at };
  const watch = new WatchBoards(notices, clock, seoul);
  watch.start();
  const reads: string[] = [];
  /** Joins the watchers of `name`, which reads what `board` says; answers what is heard. */
  const join = async (name: string, board: () => string | Promise<string>) => {
    const heard: string[] = [];
    const read = async (age: string) => {
      reads.push(age);
      const state = await board();
      return { text: `${state}!`, state };
    };
    const leave = await watch.watch("products", name, read, (text) => heard.push(text));
    return { heard, leave };
  };
  const ticks = async (count: number) => {
    for (let n = 0; n < count; n++) await watch.tick();
  };
  return { join, ticks, reads, watch, clock, announce: () => notices.announce(["products"]), notices };
};

describe("watched boards", () => {
  it("are told at once and on change, at most once a tick, also to whoever has just come", async () => {
    const { join, ticks, announce } = watched();
    let state = "a";
    const first = await join("n", () => state);
    expect(first.heard).toEqual(["a!"]);
    state = "b";
    announce();
    // It was told within this second.
    await ticks(1);
    expect(first.heard).toEqual(["a!"]);
    await ticks(1);
    expect(first.heard).toEqual(["a!", "b!"]);
    state = "c";
    for (let n = 0; n < 5; n++) announce();
    const second = await join("n", () => state);
    await ticks(1);
    expect([first.heard, second.heard]).toEqual([["a!", "b!", "c!"], ["c!"]]);
    await ticks(20);
    expect([first.heard, second.heard]).toEqual([["a!", "b!", "c!"], ["c!"]]);
  });

  it("are read afresh when the business day turns, once", async () => {
    const { join, ticks, reads, clock } = watched();
    await join("n", () => "a");
    await ticks(1);
    expect(reads.splice(0)).toEqual(["recent", "now"]);
    const midnight = startOfDay(plusDays(businessDayAt(noon, seoul), 1), seoul);
    clock.at = (midnight - 1) as EpochMs;
    await ticks(1);
    expect(reads).toEqual([]);
    clock.at = midnight;
    await ticks(3);
    expect(reads).toEqual(["now"]);
  });

  it("are read afresh where there was a notice, and every tenth tick where there was none", async () => {
    const { join, ticks, reads, announce, notices } = watched();
    await join("n", () => "a");
    await ticks(1);
    expect(reads.splice(0)).toEqual(["recent", "now"]);
    await ticks(9);
    notices.announce(["sold-out"]);
    expect(reads).toEqual([]);
    await ticks(1);
    expect(reads.splice(0)).toEqual(["now"]);
    announce();
    await ticks(2);
    expect(reads).toEqual(["now"]);
  });

  it("catch up with a notice that came and was dealt with while a watcher was still reading", async () => {
    const { join, ticks, announce } = watched();
    let answer = (_state: string) => {};
    const old = new Promise<string>((resolve) => {
      answer = resolve;
    });
    let state: string | Promise<string> = old;
    const joining = join("n", () => state);
    state = "new";
    announce();
    await ticks(1);
    answer("old");
    const { heard } = await joining;
    await ticks(2);
    expect(heard).toEqual(["old!", "new!"]);
  });

  it("tell each watcher what it has not heard: one who joined by an older answer too", async () => {
    const { join, ticks, announce } = watched();
    let state = "new";
    const first = await join("n", () => state);
    await ticks(1);
    const late = await join("n", () => "old");
    await ticks(2);
    expect([first.heard, late.heard]).toEqual([["new!"], ["old!", "new!"]]);
    state = "newer";
    announce();
    await ticks(1);
    expect([first.heard.at(-1), late.heard.at(-1)]).toEqual(["newer!", "newer!"]);
  });

  it("that cannot be read stay due, and keep no other from being told", async () => {
    const { join, watch, announce } = watched();
    let state = "a";
    let away = false;
    const broken = await join("broken", () => (away ? Promise.reject(new Error("away")) : state));
    const sound = await join("sound", () => state);
    await watch.tick();
    away = true;
    state = "b";
    announce();
    await expect(watch.tick()).rejects.toThrow("away");
    expect([broken.heard, sound.heard]).toEqual([["a!"], ["a!", "b!"]]);
    away = false;
    await watch.tick();
    expect(broken.heard).toEqual(["a!", "b!"]);
  });

  it("are read by nobody when their last watcher has left, and no more after the end", async () => {
    const { join, ticks, reads, announce, watch, notices } = watched();
    const [first, second] = [await join("n", () => "a"), await join("n", () => "a")];
    await ticks(1);
    first.leave();
    reads.length = 0;
    announce();
    await ticks(1);
    expect(reads).toEqual(["now"]);
    second.leave();
    announce();
    await ticks(20);
    expect(reads).toEqual(["now"]);
    const third = await join("n", () => "a");
    await ticks(1);
    watch.stop();
    reads.length = 0;
    notices.announce(["products"]);
    await ticks(1);
    expect(reads).toEqual([]);
    third.leave();
  });
});
