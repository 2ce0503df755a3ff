import type { TaskId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { type Task, taskOf } from "../../domain/task.js";
import { Follow } from "../notices/follow.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { TaskNotices } from "../ports/notices.js";

/** Sends a follower the state of a task, then its result. */
export class FollowTask {
  private readonly tasks: Follow<TaskId, Task, Task>;

  constructor(claims: ClaimQueries, notices: TaskNotices) {
    this.tasks = new Follow({
      notices,
      read: async (taskIds) =>
        (await claims.byTasks(taskIds)).map((claim) => ({
          key: claim.taskId,
          userId: claim.userId,
          state: taskOf(claim),
        })),
      stateIn: (task) => task,
      notFound: (taskId) => new DomainError({ code: "task-not-found", taskId }),
    });
  }

  /**
   * Passes the pending task to `onTask`, then the settled one. A task that is settled already is passed once. Returns
   * the function that stops this.
   * @throws DomainError `task-not-found`, also if the task is another shopper's
   */
  execute(taskId: TaskId, userId: UserId, onTask: (task: Task) => void): Promise<() => void> {
    let last: Task["status"] | undefined;
    return this.tasks.start(taskId, userId, (task) => {
      const { status } = task;
      const isNew = status !== last;
      last = status;
      if (isNew) onTask(task);
      return status !== "pending";
    });
  }

  /** Reads every followed task again, because notices may be lost. */
  reread(): Promise<void> {
    return this.tasks.reread();
  }
}
