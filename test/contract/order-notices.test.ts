import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryOrderNotices } from "../../src/adapters/memory/memory-order-notices.js";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { orderNoticesChannel, RedisOrderNotices } from "../../src/adapters/redis/redis-order-notices.js";
import type { OrderNotices } from "../../src/application/ports/order-notices.js";
import type { OrderId } from "../../src/domain/ids.js";
import { engines } from "../support/backends.js";
import { patience } from "../support/patience.js";
import { type CarelessNotices, carefulNotices, carelessNotices } from "./order-notices/careless-notices.js";
import { type NoticesUnderTest, noticesClauses } from "./order-notices/clauses.js";

let close = async () => {};
afterEach(() => close());

const inProcess = (here: OrderNotices, there = here): NoticesUnderTest => ({
  here,
  there,
  eventually: async (holds) => holds(),
});

/** Two nodes on one Redis. */
const openOn = async (address: string | undefined) => {
  const clients = [openRedis(address ?? ""), openRedis(address ?? "")] as const;
  const [here, there] = [new RedisOrderNotices(clients[0], () => {}), new RedisOrderNotices(clients[1], () => {})];
  close = async () => {
    for (const client of clients) await client.stop();
  };
  await Promise.all([...clients, here, there].map((each) => each.start()));
  return {
    here,
    there,
    say: (text: string) => clients[0].publish(orderNoticesChannel, text),
    // On a Cluster two notices may come in either order.
    eventually: (holds: () => void) => vi.waitFor(holds, patience),
    clients,
  };
};

const onRedis = [
  { name: "Redis", live: engines.redis !== undefined, open: () => openOn(engines.redis) },
  { name: "Redis Cluster", live: engines.redisCluster !== undefined, open: () => openOn(engines.redisCluster) },
] as const;
const adapters = [
  { name: "memory", live: true, open: async () => inProcess(new MemoryOrderNotices()) },
  ...onRedis,
] as const;

for (const { name, live, open } of adapters)
  describe.skipIf(!live)(`OrderNotices on ${name}`, () => {
    for (const [promise, clause] of Object.entries(noticesClauses)) it(promise, async () => clause(await open()));
  });

for (const { name, live, open } of onRedis)
  describe.skipIf(!live)(`OrderNotices on ${name}, between nodes,`, () => {
    it("gather an announcement in messages of at most 500", async () => {
      const { here, clients } = await open();
      const gathered: number[] = [];
      // The channel is every test's: this one knows its own by their name.
      const isOurs = (orderId: string) => orderId.startsWith(ours);
      const ours = `gathered-${Date.now()}-`;
      await clients[1].listen(orderNoticesChannel, (message) => {
        const orderIds: unknown = JSON.parse(message);
        if (Array.isArray(orderIds) && orderIds.every(isOurs)) gathered.push(orderIds.length);
      });
      here.announce(Array.from({ length: 1203 }, (_, index) => `${ours}${index}` as OrderId));
      await expect.poll(() => gathered.toSorted()).toEqual([203, 500, 500]);
    });

    it("tell whoever is to know of an announcement that was lost, and throw nothing", async () => {
      const lost: unknown[] = [];
      const client = openRedis("redis://127.0.0.1:1");
      close = () => client.stop();
      new RedisOrderNotices(client, (error) => lost.push(error)).announce(["order" as OrderId]);
      await expect.poll(() => lost).toMatchObject([{ problem: { code: "engine-unavailable" } }]);
    });
  });

describe("the suite of OrderNotices rejects notices that", () => {
  const caught: Readonly<Record<CarelessNotices, string>> = {
    "tells everybody everything": "tells those who follow an order, here and there, and nobody else",
    "tells each order once": "tells of every change",
    "sends the first 500": "tells of all orders of a large announcement, and of none where there are none",
    "tells who comes while it tells": "lets a follower leave, or come, while it is told",
    "knows followers by their functions": "knows followers apart who hear by the same function",
    "forgets all who follow an order when one leaves": "tells until the follower leaves, and leaves the others",
    "forgets the latest when one leaves": "keeps a leaver's second goodbye from who came after",
    "tells who has left": "tells until the follower leaves, and leaves the others",
    "lets followers' faults out": "lets no follower's fault reach another, or the order",
    "is deaf": "lets a follower hear of a change, who subscribes and then reads the row",
  };
  const rejected = (promise: string, under: NoticesUnderTest) => {
    const clause = noticesClauses[promise];
    if (clause === undefined) throw new Error(`no clause ${promise}`);
    return expect(clause(under)).rejects.toThrow();
  };
  for (const [carelessness, promise] of Object.entries(caught))
    it(`${carelessness}: ${promise}`, () =>
      rejected(promise, inProcess(carelessNotices[carelessness as CarelessNotices]())));

  it("are heard in their own process only: tells those who follow an order, here and there, and nobody else", () =>
    rejected(
      "tells those who follow an order, here and there, and nobody else",
      inProcess(new MemoryOrderNotices(), new MemoryOrderNotices()),
    ));

  it("have nothing of the twins but their carelessness", async () => {
    for (const clause of Object.values(noticesClauses)) await clause(inProcess(carefulNotices()));
  });
});
