import type { TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";

/**
 * Announces settled tasks to whoever follows them, on any node. A notice may be lost or come twice: followers
 * subscribe *before* they read the row, take the first settled answer, and read the row again every 5 s.
 */
export interface TaskNotices {
  /** Never throws and waits for nothing that a settlement needs. */
  announce(tasks: readonly Task[]): void;
  /** Hears the task until the answer is called. */
  subscribe(taskId: TaskId, hear: (task: Task) => void): () => void;
}
