import type { TaskNotices } from "../../../src/application/ports/task-notices.js";
import type { TaskId } from "../../../src/domain/ids.js";
import type { Task } from "../../../src/domain/task.js";

type Hear = (task: Task) => void;

/** Known-wrong twins: the suite must reject each. */
export const carelessNotices = {
  "tells everybody everything": (): TaskNotices => {
    const hearers = new Set<Hear>();
    return {
      announce: (tasks) => {
        for (const task of tasks) for (const hear of [...hearers]) guarded(hear, task);
      },
      subscribe: (_, hear) => {
        hearers.add(hear);
        return () => hearers.delete(hear);
      },
    };
  },
  "knows one follower a task": (): TaskNotices => {
    const hearers = new Map<TaskId, Hear>();
    return {
      announce: (tasks) => {
        for (const task of tasks) guarded(hearers.get(task.taskId), task);
      },
      subscribe: (taskId, hear) => {
        hearers.set(taskId, hear);
        return () => hearers.delete(taskId);
      },
    };
  },
  "forgets all who follow a task when one leaves": (): TaskNotices => withSets((_, all, taskId) => all.delete(taskId)),
  "tells who has left": (): TaskNotices => withSets(() => {}),
  "lets followers' faults out": (): TaskNotices => withSets((hear, all, taskId) => all.get(taskId)?.delete(hear), true),
  "sends the first 500": (): TaskNotices => {
    const whole = withSets((hear, all, taskId) => all.get(taskId)?.delete(hear));
    return {
      announce: (tasks) => whole.announce(tasks.slice(0, 500)),
      subscribe: (taskId, hear) => whole.subscribe(taskId, hear),
    };
  },
} as const;

export type CarelessNotices = keyof typeof carelessNotices;

const withSets = (
  leave: (hear: Hear, all: Map<TaskId, Set<Hear>>, taskId: TaskId) => void,
  unguarded = false,
): TaskNotices => {
  const all = new Map<TaskId, Set<Hear>>();
  return {
    announce: (tasks) => {
      for (const task of tasks)
        for (const hear of [...(all.get(task.taskId) ?? [])]) unguarded ? hear(task) : guarded(hear, task);
    },
    subscribe: (taskId, hear) => {
      all.set(taskId, (all.get(taskId) ?? new Set()).add(hear));
      return () => leave(hear, all, taskId);
    },
  };
};

const guarded = (hear: Hear | undefined, task: Task): void => {
  try {
    hear?.(task);
  } catch {
    // A follower's own.
  }
};
