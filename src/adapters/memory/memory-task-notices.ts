import type { TaskNotices } from "../../application/ports/task-notices.js";
import type { TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";

/** Notices within one process. */
export class MemoryTaskNotices implements TaskNotices {
  private readonly hearers = new Map<TaskId, Set<(task: Task) => void>>();
  private readonly failed: (error: unknown) => void;

  /** @param failed hears of hearers that threw */
  constructor(failed: (error: unknown) => void = () => {}) {
    this.failed = failed;
  }

  announce(tasks: readonly Task[]): void {
    // A copy: whoever has heard the end leaves while it is told.
    for (const task of tasks)
      for (const hear of [...(this.hearers.get(task.taskId) ?? [])])
        try {
          hear(task);
        } catch (error) {
          this.failed(error);
        }
  }

  subscribe(taskId: TaskId, hear: (task: Task) => void): () => void {
    const hearers = this.hearers.get(taskId) ?? new Set();
    this.hearers.set(taskId, hearers.add(hear));
    return () => {
      hearers.delete(hear);
      if (hearers.size === 0 && this.hearers.get(taskId) === hearers) this.hearers.delete(taskId);
    };
  }
}
