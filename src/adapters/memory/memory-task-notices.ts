import { Hearers } from "../../application/hearers.js";
import type { TaskNotices } from "../../application/ports/task-notices.js";
import type { TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";

/** Notices within one process. */
export class MemoryTaskNotices implements TaskNotices {
  private readonly hearers: Hearers<TaskId, Task>;

  /** @param failed hears of hearers that threw */
  constructor(failed: (error: unknown) => void = () => {}) {
    this.hearers = new Hearers(failed);
  }

  announce(tasks: readonly Task[]): void {
    for (const task of tasks) this.hearers.tell(task.taskId, task);
  }

  subscribe(taskId: TaskId, hear: (task: Task) => void): () => void {
    return this.hearers.subscribe(taskId, hear);
  }
}
