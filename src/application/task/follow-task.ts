import type { TaskId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { type Task, taskOf } from "../../domain/task.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { TaskNotices } from "../ports/task-notices.js";

const readsAtOnce = 500;

/** Tells a follower the state of a task, then its one end, whenever and wherever the follower comes. */
export class FollowTask {
  private readonly followers = new Map<TaskId, Set<(task: Task) => void>>();
  private readonly claims: ClaimQueries;
  private readonly notices: TaskNotices;

  constructor(claims: ClaimQueries, notices: TaskNotices) {
    this.claims = claims;
    this.notices = notices;
  }

  /**
   * Tells `pending` at once and the end when it comes, or only the end where that is known already. The answer ends
   * the following; after the task's end it does nothing.
   * @throws DomainError `task-not-found`, also where the task is another shopper's.
   */
  async execute(taskId: TaskId, userId: UserId, tell: (task: Task) => void): Promise<() => void> {
    let told = false;
    const hear = (task: Task) => {
      if (told || task.status === "pending") return;
      told = true;
      leave();
      tell(task);
    };
    const leave = this.listen(taskId, hear);
    try {
      // Subscribed first: an end that comes between this read and its answer is heard, not missed.
      const [claim] = await this.claims.byTasks([taskId]);
      if (claim === undefined || claim.userId !== userId) throw new DomainError({ code: "task-not-found", taskId });
      const task = taskOf(claim);
      if (task.status !== "pending") hear(task);
      else if (!told) tell(task);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Reads every followed task again, for notices that were lost. */
  async reread(): Promise<void> {
    const taskIds = [...this.followers.keys()];
    for (let from = 0; from < taskIds.length; from += readsAtOnce) {
      const claims = await this.claims.byTasks(taskIds.slice(from, from + readsAtOnce));
      for (const claim of claims)
        if (claim.status !== "pending")
          for (const hear of [...(this.followers.get(claim.taskId) ?? [])]) hear(taskOf(claim));
    }
  }

  private listen(taskId: TaskId, hear: (task: Task) => void): () => void {
    const unsubscribe = this.notices.subscribe(taskId, hear);
    const hearers = this.followers.get(taskId) ?? new Set();
    this.followers.set(taskId, hearers.add(hear));
    return () => {
      unsubscribe();
      hearers.delete(hear);
      if (hearers.size === 0 && this.followers.get(taskId) === hearers) this.followers.delete(taskId);
    };
  }
}
