import { describe, expect, it } from "vitest";
import { memoryBoardNotices } from "../../../src/adapters/memory/memory-notices.js";
import { WatchBoards } from "../../../src/application/board/watch-boards.js";
import { businessDayAt, plusDays, startOfDay, type TimeZone } from "../../../src/domain/business-day.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { noon } from "../../support/coupon-data.js";

const seoul = "Asia/Seoul" as TimeZone;

/** Boards by name, with their watchers. */
const openBoards = () => {
  const notices = memoryBoardNotices();
  const clock = { at: noon, now: () => clock.at };
  const watchBoards = new WatchBoards(notices, clock, seoul);
  watchBoards.start();
  const reads: string[] = [];
  /** Adds a watcher of the board `name`, whose state `board` returns; `received` collects what it receives. */
  const watch = async (name: string, board: () => string | Promise<string>) => {
    const received: string[] = [];
    const read = async (age: string) => {
      reads.push(age);
      const state = await board();
      return { text: `${state}!`, state };
    };
    const leave = await watchBoards.watch("products", name, read, (text) => received.push(text));
    return { received, leave };
  };
  const tick = async (count = 1) => {
    for (let n = 0; n < count; n++) await watchBoards.tick();
  };
  const announce = () => notices.announce(["products"]);
  return { watch, tick, reads, watchBoards, clock, announce, notices };
};

describe("a watched board", () => {
  it("is sent immediately and on change, at most once per tick, also to a new watcher", async () => {
    const { watch, tick, announce } = openBoards();
    let state = "a";
    const first = await watch("n", () => state);
    expect(first.received).toEqual(["a!"]);
    state = "b";
    announce();
    // The board was sent within this second.
    await tick();
    expect(first.received).toEqual(["a!"]);
    await tick();
    expect(first.received).toEqual(["a!", "b!"]);
    state = "c";
    for (let n = 0; n < 5; n++) announce();
    const second = await watch("n", () => state);
    await tick();
    expect([first.received, second.received]).toEqual([["a!", "b!", "c!"], ["c!"]]);
    await tick(20);
    expect([first.received, second.received]).toEqual([["a!", "b!", "c!"], ["c!"]]);
  });

  it("is read once when the business day changes", async () => {
    const { watch, tick, reads, clock } = openBoards();
    await watch("n", () => "a");
    await tick();
    expect(reads.splice(0)).toEqual(["recent", "now"]);
    const midnight = startOfDay(plusDays(businessDayAt(noon, seoul), 1), seoul);
    clock.at = (midnight - 1) as EpochMs;
    await tick();
    expect(reads).toEqual([]);
    clock.at = midnight;
    await tick(3);
    expect(reads).toEqual(["now"]);
  });

  it("is read after a notice of its kind, and every tenth tick without one", async () => {
    const { watch, tick, reads, announce, notices } = openBoards();
    await watch("n", () => "a");
    await tick();
    expect(reads.splice(0)).toEqual(["recent", "now"]);
    await tick(9);
    notices.announce(["sold-out"]);
    expect(reads).toEqual([]);
    await tick();
    expect(reads.splice(0)).toEqual(["now"]);
    announce();
    await tick(2);
    expect(reads).toEqual(["now"]);
  });

  it("is sent again if a notice arrived while a new watcher's first read was in progress", async () => {
    const { watch, tick, announce } = openBoards();
    let finishRead = (_state: string) => {};
    const old = new Promise<string>((resolve) => {
      finishRead = resolve;
    });
    let state: string | Promise<string> = old;
    const watching = watch("n", () => state);
    state = "new";
    announce();
    await tick();
    finishRead("old");
    const { received } = await watching;
    await tick(2);
    expect(received).toEqual(["old!", "new!"]);
  });

  it("is sent to each watcher whose last state differs", async () => {
    const { watch, tick, announce } = openBoards();
    let state = "new";
    const first = await watch("n", () => state);
    await tick();
    const late = await watch("n", () => "old");
    await tick(2);
    expect([first.received, late.received]).toEqual([["new!"], ["old!", "new!"]]);
    state = "newer";
    announce();
    await tick();
    expect([first.received.at(-1), late.received.at(-1)]).toEqual(["newer!", "newer!"]);
  });

  it("stays due if its read failed, and delays no other board", async () => {
    const { watch, tick, announce } = openBoards();
    let state = "a";
    let isDown = false;
    const failing = await watch("failing", () => (isDown ? Promise.reject(new Error("unreachable")) : state));
    const working = await watch("working", () => state);
    await tick();
    isDown = true;
    state = "b";
    announce();
    await expect(tick()).rejects.toThrow("unreachable");
    expect([failing.received, working.received]).toEqual([["a!"], ["a!", "b!"]]);
    isDown = false;
    await tick();
    expect(failing.received).toEqual(["a!", "b!"]);
  });

  it("is not read without watchers, or after the stop", async () => {
    const { watch, tick, reads, announce, watchBoards } = openBoards();
    const [first, second] = [await watch("n", () => "a"), await watch("n", () => "a")];
    await tick();
    first.leave();
    reads.length = 0;
    announce();
    await tick();
    expect(reads).toEqual(["now"]);
    second.leave();
    announce();
    await tick(20);
    expect(reads).toEqual(["now"]);
    const third = await watch("n", () => "a");
    await tick();
    watchBoards.stop();
    reads.length = 0;
    announce();
    await tick();
    expect(reads).toEqual([]);
    third.leave();
  });
});
