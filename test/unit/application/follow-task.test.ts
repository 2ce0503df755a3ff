import { describe, expect, it } from "vitest";
import { memoryTaskNotices } from "../../../src/adapters/memory/memory-notices.js";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import { FollowTask } from "../../../src/application/task/follow-task.js";
import type { Claim } from "../../../src/domain/coupon.js";
import { userCouponOf } from "../../../src/domain/ids.js";
import { type Task, taskOf } from "../../../src/domain/task.js";
import { claim } from "../../support/coupon-data.js";

const pending = claim("drop", 1);
const issued: Claim = { ...pending, status: "issued", userCouponId: userCouponOf(pending.taskId) };
const failed: Claim = { ...pending, status: "failed", reason: "internal" };

/** The row of one claim, which a test overwrites. */
const claimRow = (first: Claim) => {
  let row = first;
  const notices = memoryTaskNotices();
  const byTasks = async () => [row];
  const follow = new FollowTask({ byTasks } as Partial<ClaimQueries> as ClaimQueries, notices);
  return {
    follow,
    announce: (...claims: readonly Claim[]) => notices.announce(claims.map(taskOf)),
    write: (next: Claim) => {
      row = next;
    },
    /** Follows the task, and collects what is sent. */
    start: async () => {
      const tasks: Task[] = [];
      await follow.execute(pending.taskId, pending.userId, (task) => tasks.push(task));
      return tasks;
    },
  };
};

describe("following a task", () => {
  it("sends the pending task, then its result", async () => {
    const row = claimRow(pending);
    const tasks = await row.start();
    row.announce(issued);
    expect(tasks).toEqual([taskOf(pending), taskOf(issued)]);
  });

  // Proves: C6
  it("sends a late follower only the result", async () => {
    expect(await claimRow(issued).start()).toEqual([taskOf(issued)]);
  });

  // Proves: C3, C6
  it("sends the result once, also if another result is announced or read later", async () => {
    const row = claimRow(pending);
    const tasks = await row.start();
    await row.follow.reread();
    row.announce(issued, issued, failed);
    row.write(failed);
    await row.follow.reread();
    expect(tasks).toEqual([taskOf(pending), taskOf(issued)]);
  });

  // Proves: C6
  it("finds a result whose notice was lost by reading again", async () => {
    const row = claimRow(pending);
    const tasks = await row.start();
    row.write(issued);
    await row.follow.reread();
    expect(tasks).toEqual([taskOf(pending), taskOf(issued)]);
  });
});
