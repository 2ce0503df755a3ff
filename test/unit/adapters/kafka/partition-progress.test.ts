import { describe, expect, it } from "vitest";
import { PartitionProgress, type ReceivedMessage } from "../../../../src/adapters/kafka/partition-progress.js";
import type { Reaction } from "../../../../src/application/choreography.js";
import type { DomainEvent } from "../../../../src/domain/event.js";
import { DomainError } from "../../../../src/domain/problem.js";
import {
  databaseUnavailable,
  issued,
  memoryDeadLetters,
  requested,
} from "../../../contract/event-bus/bus-under-test.js";
import { emptyChoreography } from "../../../support/empty-choreography.js";
import { memoryPostponedEvents } from "../../../support/memory-postponed-events.js";

const waitMs = 40;
const undecodable = { undecodable: "invalid JSON", type: "coupon.requested", text: "{" };
const message = (offset: number, ...events: readonly DomainEvent[]): ReceivedMessage => ({
  offset: String(offset),
  events: events.map((event) => ({ event })),
});

/** The progress of the group `stock`, whose reaction first calls `before`. */
const progressing = (before: (ids: readonly string[]) => void = () => {}) => {
  const processed: string[] = [];
  const deadLetters = memoryDeadLetters();
  const stock: Reaction = {
    execute: async (events) => {
      const ids = events.map(({ id }) => id);
      before(ids);
      processed.push(...ids);
    },
  };
  const choreography = { ...emptyChoreography, "coupon.requested": { stock } };
  const postponed = memoryPostponedEvents();
  const progress = new PartitionProgress({
    group: "stock",
    choreography,
    backoff: () => waitMs,
    deadLetters,
    postponed,
  });
  return { progress, processed, letters: deadLetters.letters, deadLetters, postponed };
};

describe("PartitionProgress with several events per message", () => {
  const [a1, a2, b1, b2] = [requested("a", 1), requested("a", 2), requested("b", 1), requested("b", 2)];

  it("completes a message when all its events are done", async () => {
    const { progress, processed } = progressing();
    expect(await progress.consume([message(5, a1, a2), message(6, b1)])).toEqual({ upTo: "6", waitMs: 0 });
    expect(processed).toEqual([a1.id, a2.id, b1.id]);
  });

  it("repeats only the events that are not done when a message is read again", async () => {
    let fails = true;
    const { progress, processed } = progressing((ids) => {
      if (fails && ids.includes(a2.id)) throw databaseUnavailable();
    });
    const batch = [message(5, a1), message(6, issued("c", 1), a2), message(7, b1)];
    expect(await progress.consume(batch)).toEqual({ upTo: undefined, waitMs });
    fails = false;
    expect(await progress.consume(batch)).toEqual({ upTo: "7", waitMs: 0 });
    expect(processed).toEqual([a1.id, a2.id, b1.id]);
  });

  it("postpones a failing event and the later events of its key, and continues with the partition", async () => {
    const { progress, processed, postponed } = progressing((ids) => {
      if (ids.includes(a1.id)) throw new Error("failed");
    });
    expect(await progress.consume([message(5, a1, b1), message(6, a2, b2)])).toEqual({ upTo: "6", waitMs: 0 });
    expect(processed).toEqual([b1.id, b2.id]);
    expect(postponed.events).toEqual([
      { event: a1, tries: 1, waitMs },
      { event: a2, tries: 0, waitMs },
    ]);
  });

  it("counts no try of an event whose row another transaction holds", async () => {
    const { progress, postponed } = progressing((ids) => {
      if (ids.includes(a1.id)) throw new DomainError({ code: "resource-busy", resource: "coupons", key: "a" });
    });
    expect(await progress.consume([message(5, a1, b1)])).toEqual({ upTo: "5", waitMs: 0 });
    expect(postponed.events).toEqual([{ event: a1, tries: 0, waitMs: 500 }]);
  });

  it("postpones an event whose key has postponed events, also those of another node", async () => {
    const { progress, processed, postponed } = progressing();
    postponed.events.push({ event: a1, tries: 3, waitMs });
    expect(await progress.consume([message(5, a2, b1)])).toEqual({ upTo: "5", waitMs: 0 });
    expect(processed).toEqual([b1.id]);
    postponed.events.length = 0;
    expect(await progress.consume([message(6, a2, b2)])).toEqual({ upTo: "6", waitMs: 0 });
    expect(processed).toEqual([b1.id, a2.id, b2.id]);
  });

  it("keeps a message open until its postponed events are stored", async () => {
    const { progress, processed, postponed } = progressing((ids) => {
      if (ids.includes(a1.id)) throw new Error("failed");
    });
    const { postpone } = postponed;
    Object.assign(postponed, { postpone: async () => Promise.reject(databaseUnavailable()) });
    const batch = [message(5, a1, b1)];
    expect(await progress.consume(batch)).toEqual({ upTo: undefined, waitMs });
    Object.assign(postponed, { postpone });
    expect(await progress.consume(batch)).toEqual({ upTo: "5", waitMs: 0 });
    expect([processed, postponed.events.length]).toEqual([[b1.id], 1]);
  });

  it("parks an undecodable event of a message immediately, and processes the others", async () => {
    const { progress, processed, letters } = progressing();
    const batch: ReceivedMessage[] = [{ offset: "5", events: [{ event: a1 }, undecodable, { event: a2 }] }];
    expect(await progress.consume(batch)).toEqual({ upTo: "5", waitMs: 0 });
    expect(processed).toEqual([a1.id, a2.id]);
    expect(letters).toEqual([
      { type: "coupon.requested", group: "stock", error: "invalid JSON", attempts: 0, event: "{" },
    ]);
  });

  it("keeps a message open until its dead letter is stored", async () => {
    const { progress, deadLetters, letters } = progressing();
    const { park } = deadLetters;
    Object.assign(deadLetters, { park: async () => Promise.reject(databaseUnavailable()) });
    const batch: ReceivedMessage[] = [{ offset: "5", events: [{ event: a1 }, undecodable] }];
    expect(await progress.consume(batch)).toEqual({ upTo: undefined, waitMs });
    Object.assign(deadLetters, { park });
    expect(await progress.consume(batch)).toEqual({ upTo: "5", waitMs: 0 });
    expect(letters).toHaveLength(1);
  });

  it("counts no try while a backend is unavailable", async () => {
    let outages = 20;
    const { progress, processed, letters } = progressing(() => {
      outages -= 1;
      if (outages >= 0) throw databaseUnavailable();
    });
    const batch = [message(5, a1, b1)];
    for (let n = 0; n < 20; n += 1) expect(await progress.consume(batch)).toEqual({ upTo: undefined, waitMs });
    expect(await progress.consume(batch)).toEqual({ upTo: "5", waitMs: 0 });
    expect([processed, letters]).toEqual([[a1.id, b1.id], []]);
  });

  it("completes a message without events", async () => {
    expect(await progressing().progress.consume([message(5), message(6, a1)])).toEqual({ upTo: "6", waitMs: 0 });
  });
});
