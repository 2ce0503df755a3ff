import { describe, expect, it } from "vitest";
import { attemptBatch } from "../../../src/application/attempt-batch.js";
import { processDue } from "../../../src/application/process-due.js";
import { DomainError } from "../../../src/domain/problem.js";

const items = Array.from({ length: 500 }, (_, n) => n);
const rowLocked = new DomainError({ code: "resource-busy", resource: "products", key: "a" });

describe("attemptBatch", () => {
  // Proves: A1
  it("needs few attempts to separate one failing item from 499 others", async () => {
    const done: number[] = [];
    let attempts = 0;
    const failed = await attemptBatch(items, async (part) => {
      attempts += 1;
      if (part.includes(300)) throw rowLocked;
      done.push(...part);
    });
    expect(failed).toEqual([{ item: 300, error: rowLocked }]);
    expect(done).toEqual(items.filter((item) => item !== 300));
    expect(attempts).toBeLessThan(30);
  });

  it("needs one attempt if nothing fails", async () => {
    let attempts = 0;
    await attemptBatch(items, async () => {
      attempts += 1;
    });
    expect(attempts).toBe(1);
  });

  it("stops at a backend that is unavailable, because no item is at fault", async () => {
    const unavailable = new DomainError({ code: "engine-unavailable", engine: "redis" });
    await expect(attemptBatch(items, () => Promise.reject(unavailable))).rejects.toBe(unavailable);
  });
});

describe("processDue", () => {
  // Proves: A1
  it("processes the items behind more failing ones than a batch holds", async () => {
    const due = new Set(Array.from({ length: 1500 }, (_, n) => n));
    const processing = processDue(
      async (limit, skip) => [...due].slice(skip, skip + limit),
      async (batch) => {
        if (batch.some((item) => item < 700)) throw rowLocked;
        for (const item of batch) due.delete(item);
        return batch.length;
      },
    );
    await expect(processing).rejects.toBe(rowLocked);
    expect(due.size).toBe(700);
  });
});
