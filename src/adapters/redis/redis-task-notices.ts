import type { TaskNotices } from "../../application/ports/task-notices.js";
import type { TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";
import type { RedisClient } from "./redis-client.js";
import { taskNoticesChannel } from "./redis-keys.js";

const tasksAMessage = 500;

/** Notices by one channel for all tasks: every node hears every end, and tells those who follow it there. */
export class RedisTaskNotices implements TaskNotices {
  private readonly hearers = new Map<TaskId, Set<(task: Task) => void>>();
  private readonly client: RedisClient;
  private readonly failed: (error: unknown) => void;

  /** @param failed hears of notices that were not sent, and of hearers that threw */
  constructor(client: RedisClient, failed: (error: unknown) => void) {
    this.client = client;
    this.failed = failed;
  }

  /** Begins to hear; where Redis is away, as soon as it is back. */
  start(): Promise<void> {
    return this.client.listen(taskNoticesChannel, (message) => this.hear(message));
  }

  announce(tasks: readonly Task[]): void {
    for (let from = 0; from < tasks.length; from += tasksAMessage)
      this.client
        .publish(taskNoticesChannel, JSON.stringify(tasks.slice(from, from + tasksAMessage)))
        .catch(this.failed);
  }

  subscribe(taskId: TaskId, hear: (task: Task) => void): () => void {
    const hearers = this.hearers.get(taskId) ?? new Set();
    this.hearers.set(taskId, hearers.add(hear));
    return () => {
      hearers.delete(hear);
      if (hearers.size === 0 && this.hearers.get(taskId) === hearers) this.hearers.delete(taskId);
    };
  }

  private hear(message: string): void {
    for (const task of tasksIn(message))
      for (const hear of [...(this.hearers.get(task.taskId) ?? [])])
        try {
          hear(task);
        } catch (error) {
          this.failed(error);
        }
  }
}

/** None where the message is malformed: a notice may be lost. */
const tasksIn = (message: string): readonly Task[] => {
  try {
    const tasks: unknown = JSON.parse(message);
    return Array.isArray(tasks) ? tasks.filter((task) => ends.has(task?.status)) : [];
  } catch {
    return [];
  }
};

const ends: ReadonlySet<unknown> = new Set<Task["status"]>(["succeeded", "failed"]);
