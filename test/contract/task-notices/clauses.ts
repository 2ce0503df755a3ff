import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import type { TaskNotices } from "../../../src/application/ports/task-notices.js";
import { FollowTask } from "../../../src/application/task/follow-task.js";
import type { Claim } from "../../../src/domain/coupon.js";
import { type TaskId, type UserId, userCouponOf } from "../../../src/domain/ids.js";
import { type Task, taskOf } from "../../../src/domain/task.js";
import { claim } from "../../support/drop.js";

/** Two nodes' notices; in memory they are one. */
export type NoticesUnderTest = {
  readonly here: TaskNotices;
  readonly there: TaskNotices;
  /** Puts text where notices travel; absent where nothing else can be there. */
  readonly say?: (text: string) => Promise<unknown>;
  /** Waits until it holds, as long as a notice may take: within a process no time at all. */
  readonly eventually: (holds: () => void) => Promise<void>;
};
export type Clauses = Readonly<Record<string, (under: NoticesUnderTest) => Promise<void>>>;

const issuedClaim = (position = 1): Claim => {
  const pending = claim(randomUUID(), position);
  return { ...pending, status: "issued", userCouponId: userCouponOf(pending.taskId) };
};
const settled = (position = 1): Task => taskOf(issuedClaim(position));

/** What was heard of a task. */
const hears = (notices: TaskNotices, taskId: TaskId): Task[] => {
  const heard: Task[] = [];
  notices.subscribe(taskId, (task) => heard.push(task));
  return heard;
};

/** Claims that a test writes, for a follower that reads them. */
const claimsOf = (rows: Map<TaskId, Claim>): ClaimQueries => {
  const byTasks = async (taskIds: readonly TaskId[]) => taskIds.flatMap((taskId) => rows.get(taskId) ?? []);
  return { byTasks } as Partial<ClaimQueries> as ClaimQueries;
};

const follows = async (notices: TaskNotices, ...rows: readonly Claim[]) => {
  const claims = new Map(rows.map((row) => [row.taskId, row]));
  const follow = new FollowTask(claimsOf(claims), notices);
  const heard: Task[] = [];
  const [first] = rows as [Claim];
  await follow.execute(first.taskId, first.userId as UserId, (task) => heard.push(task));
  return { heard, claims, follow };
};

/** What every `TaskNotices` keeps. */
export const noticesClauses: Clauses = {
  "tells an end to those who follow that task, here and there, and to nobody else": async ({
    here,
    there,
    eventually,
  }) => {
    const [one, other] = [settled(1), settled(2)];
    const [first, second, far, stranger] = [
      hears(here, one.taskId),
      hears(here, one.taskId),
      hears(there, one.taskId),
      hears(here, other.taskId),
    ];
    here.announce([one]);
    await eventually(() => expect([first, second, far, stranger]).toEqual([[one], [one], [one], []]));
  },

  "tells every task of a large settlement": async ({ here, there, eventually }) => {
    const tasks = Array.from({ length: 1203 }, (_, index) => settled(index + 1));
    const heard = new Map<TaskId, Task>();
    for (const { taskId } of tasks) there.subscribe(taskId, (task) => heard.set(task.taskId, task));
    here.announce(tasks);
    await eventually(() => expect(heard.size).toBe(tasks.length));
    expect(tasks.map(({ taskId }) => heard.get(taskId))).toEqual(tasks);
  },

  "tells until the follower leaves, and leaves the others": async ({ here, there, eventually }) => {
    const task = settled();
    const stays = hears(there, task.taskId);
    const leaves: Task[] = [];
    const leave = there.subscribe(task.taskId, (each) => leaves.push(each));
    here.announce([task]);
    await eventually(() => expect([stays, leaves]).toEqual([[task], [task]]));
    leave();
    leave();
    here.announce([task]);
    await eventually(() => expect([stays, leaves]).toEqual([[task, task], [task]]));
  },

  "lets a follower leave, or come, while it is told": async ({ here, there, eventually }) => {
    const task = settled();
    const heard: string[] = [];
    const leave = there.subscribe(task.taskId, () => {
      heard.push("first");
      leave();
      there.subscribe(task.taskId, () => heard.push("third"));
    });
    there.subscribe(task.taskId, () => heard.push("second"));
    here.announce([task]);
    await eventually(() => expect(heard).toEqual(["first", "second"]));
    here.announce([task]);
    await eventually(() => expect(heard).toEqual(["first", "second", "second", "third"]));
  },

  "keeps a leaver's second goodbye from who came after": async ({ here, there, eventually }) => {
    const task = settled();
    const leave = there.subscribe(task.taskId, () => {});
    leave();
    const heard = hears(there, task.taskId);
    leave();
    here.announce([task]);
    await eventually(() => expect(heard).toEqual([task]));
  },

  "lets no follower's fault reach another, or the settlement": async ({ here, there, eventually }) => {
    const [one, other] = [settled(1), settled(2)];
    there.subscribe(one.taskId, () => {
      throw new Error("a follower's fault");
    });
    const heard = [hears(there, one.taskId), hears(there, other.taskId)];
    here.announce([one, other]);
    await eventually(() => expect(heard).toEqual([[one], [other]]));
  },

  "passes over what is no notice": async ({ here, there, say, eventually }) => {
    const task = settled();
    const heard = hears(there, task.taskId);
    const rubbish = [
      "",
      "{",
      "null",
      "7",
      '"x"',
      "{}",
      "[]",
      "[null, 7, {}]",
      JSON.stringify([{ ...task, status: "?" }]),
    ];
    for (const text of say ? rubbish : []) await say?.(text);
    here.announce([task]);
    await eventually(() => expect(heard).toEqual([task]));
  },

  // Proves: C6
  "lets a late follower hear, who subscribes and then reads the row": async ({ here, there }) => {
    const end = issuedClaim();
    here.announce([taskOf(end)]);
    expect((await follows(there, end)).heard).toEqual([taskOf(end)]);
  },

  // Proves: C6
  "lets a follower find a lost notice by reading again": async ({ there }) => {
    const end = issuedClaim();
    const pending: Claim = { ...end, status: "pending" };
    const { heard, claims, follow } = await follows(there, pending);
    expect(heard).toEqual([taskOf(pending)]);
    claims.set(end.taskId, end);
    await follow.reread();
    expect(heard).toEqual([taskOf(pending), taskOf(end)]);
  },

  "lets the first of two ends win": async ({ here, there, eventually }) => {
    const end = issuedClaim();
    const { heard } = await follows(there, { ...end, status: "pending" });
    const late: Claim = { ...end, status: "failed", reason: "internal" };
    here.announce([taskOf(end), taskOf(end), taskOf(late)]);
    await eventually(() => expect(heard.slice(1)).toEqual([taskOf(end)]));
  },
};
