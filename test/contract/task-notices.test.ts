import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryTaskNotices } from "../../src/adapters/memory/memory-task-notices.js";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { taskNoticesChannel } from "../../src/adapters/redis/redis-keys.js";
import { RedisTaskNotices } from "../../src/adapters/redis/redis-task-notices.js";
import type { TaskNotices } from "../../src/application/ports/task-notices.js";
import { engines } from "../support/backends.js";
import { patience } from "../support/patience.js";
import { type CarelessNotices, carelessNotices } from "./task-notices/careless-notices.js";
import { type NoticesUnderTest, noticesClauses } from "./task-notices/clauses.js";

let close = async () => {};
afterEach(() => close());

const inProcess = (notices: TaskNotices): NoticesUnderTest => ({
  here: notices,
  there: notices,
  eventually: async (holds) => holds(),
});

/** Two nodes on one Redis. */
const openOn = async (address: string | undefined): Promise<NoticesUnderTest> => {
  const clients = [openRedis(address ?? ""), openRedis(address ?? "")] as const;
  const [here, there] = [new RedisTaskNotices(clients[0], () => {}), new RedisTaskNotices(clients[1], () => {})];
  close = async () => {
    for (const client of clients) await client.stop();
  };
  await Promise.all([...clients, here, there].map((each) => each.start()));
  return {
    here,
    there,
    say: (text) => clients[0].publish(taskNoticesChannel, text),
    // On a Cluster two notices may come in either order.
    eventually: (holds) => vi.waitFor(holds, patience),
  };
};

const adapters = [
  { name: "memory", live: true, open: async () => inProcess(new MemoryTaskNotices()) },
  { name: "Redis", live: engines.redis !== undefined, open: () => openOn(engines.redis) },
  { name: "Redis Cluster", live: engines.redisCluster !== undefined, open: () => openOn(engines.redisCluster) },
] as const;

for (const { name, live, open } of adapters)
  describe.skipIf(!live)(`TaskNotices on ${name}`, () => {
    for (const [promise, clause] of Object.entries(noticesClauses)) it(promise, async () => clause(await open()));
  });

describe("the suite rejects notices that", () => {
  const caught: Readonly<Record<CarelessNotices, string>> = {
    // Negative control: C6
    "tells everybody everything": "tells an end to those who follow that task, here and there, and to nobody else",
    "knows one follower a task": "tells an end to those who follow that task, here and there, and to nobody else",
    "forgets all who follow a task when one leaves": "tells until the follower leaves, and leaves the others",
    "tells who has left": "tells until the follower leaves, and leaves the others",
    "lets followers' faults out": "lets no follower's fault reach another, or the settlement",
    // Negative control: C6
    "sends the first 500": "tells every task of a large settlement",
  };
  for (const [carelessness, promise] of Object.entries(caught))
    it(`${carelessness}: ${promise}`, async () => {
      const notices = inProcess(carelessNotices[carelessness as CarelessNotices]());
      const clause = noticesClauses[promise];
      if (clause === undefined) throw new Error(`no clause ${promise}`);
      await expect(clause(notices)).rejects.toThrow();
    });
});
