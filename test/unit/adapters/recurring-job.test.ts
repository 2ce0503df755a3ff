import { describe, expect, it } from "vitest";
import { RecurringJob } from "../../../src/adapters/system/recurring-job.js";

const never = 1_000_000;

describe("a recurring job", () => {
  it("runs when it starts and when it is woken, one run at a time", async () => {
    let running = 0;
    let runs = 0;
    let release = () => {};
    const job = new RecurringJob(
      async () => {
        running += 1;
        expect(running).toBe(1);
        runs += 1;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        running -= 1;
      },
      never,
      () => expect.unreachable(),
    );
    job.start();
    job.wake();
    job.wake();
    release();
    await expect.poll(() => runs).toBe(2);
    release();
    await job.stop();
    job.wake();
    expect(runs).toBe(2);
  });

  it("reports a run that fails and runs again", async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const job = new RecurringJob(
      async () => {
        runs += 1;
        if (runs === 1) throw new Error("once");
      },
      1,
      (error) => errors.push(error),
    );
    job.start();
    await expect.poll(() => runs).toBeGreaterThan(1);
    await job.stop();
    expect(errors).toHaveLength(1);
  });
});
