import { Hearers } from "../../application/hearers.js";
import type { TaskNotices } from "../../application/ports/task-notices.js";
import type { TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";
import { RedisChannel } from "./redis-channel.js";
import type { RedisClient } from "./redis-client.js";
import { taskNoticesChannel } from "./redis-keys.js";

/** Notices by one channel for all tasks: every node hears every end, and tells those who follow it there. */
export class RedisTaskNotices implements TaskNotices {
  private readonly hearers: Hearers<TaskId, Task>;
  private readonly channel: RedisChannel;

  /** @param failed hears of notices that were not sent, and of hearers that threw */
  constructor(client: RedisClient, failed: (error: unknown) => void) {
    this.hearers = new Hearers(failed);
    this.channel = new RedisChannel(client, taskNoticesChannel, failed);
  }

  /** Begins to hear; where Redis is away, as soon as it is back. */
  start(): Promise<void> {
    return this.channel.hear((thing) => {
      if (isEnd(thing)) this.hearers.tell(thing.taskId, thing);
    });
  }

  announce(tasks: readonly Task[]): void {
    this.channel.say(tasks);
  }

  subscribe(taskId: TaskId, hear: (task: Task) => void): () => void {
    return this.hearers.subscribe(taskId, hear);
  }
}

const ends: ReadonlySet<unknown> = new Set<Task["status"]>(["succeeded", "failed"]);
const isEnd = (thing: unknown): thing is Task => ends.has((thing as Partial<Task> | null)?.status);
