import { afterEach, describe, expect, it, vi } from "vitest";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { orderNoticesChannel } from "../../src/adapters/redis/redis-keys.js";
import { redisOrderNotices } from "../../src/adapters/redis/redis-notices.js";
import type { OrderId } from "../../src/domain/ids.js";
import { backendUrls } from "../support/backends.js";
import { waitOptions } from "../support/wait-options.js";
import { type NoticesUnderTest, noticesClauses } from "./notices/clauses.js";
import { correctNotices, type KnownWrongNotices, knownWrongNotices } from "./notices/known-wrong-notices.js";
import { type AnyNotices, type NoticeKind, noticeKinds } from "./notices/notice-kinds.js";

let close = async () => {};
afterEach(() => close());

const inProcess = (kind: NoticeKind, here: AnyNotices, there = here): NoticesUnderTest => ({
  ...kind,
  here,
  there,
  eventually: async (assertion) => assertion(),
});

/** Two processes on one Redis. */
const openOn = async (address: string | undefined, kind: NoticeKind) => {
  const clients = [openRedis(address ?? ""), openRedis(address ?? "")] as const;
  const [here, there] = [kind.onRedis(clients[0], () => {}), kind.onRedis(clients[1], () => {})];
  close = async () => {
    for (const client of clients) await client.stop();
  };
  await Promise.all([...clients, here, there].map((each) => each.start()));
  return {
    ...kind,
    here,
    there,
    publish: (text: string) => clients[0].publish(kind.channel, text),
    // On a Cluster two notices may arrive in either order.
    eventually: (assertion: () => void) => vi.waitFor(assertion, waitOptions),
    clients,
  };
};

const redisServers = [
  { server: "Redis", address: backendUrls.redis },
  { server: "Redis Cluster", address: backendUrls.redisCluster },
] as const;

for (const kind of noticeKinds) {
  describe(`${kind.name} in memory`, () => {
    for (const [promise, clause] of Object.entries(noticesClauses))
      it(promise, () => clause(inProcess(kind, kind.inMemory())));

    it("reports what a listener threw", () => {
      const errors: unknown[] = [];
      const notices = kind.inMemory((error) => errors.push(error));
      const notice = kind.notice();
      const error = new Error("thrown by a listener");
      notices.subscribe(kind.keyOf(notice), () => {
        throw error;
      });
      notices.announce([notice]);
      expect(errors).toEqual([error]);
    });
  });

  for (const { server, address } of redisServers)
    describe.skipIf(address === undefined)(`${kind.name} on ${server}`, () => {
      for (const [promise, clause] of Object.entries(noticesClauses))
        it(promise, async () => clause(await openOn(address, kind)));
    });
}

const [, orderKind] = noticeKinds as readonly [NoticeKind, NoticeKind];

for (const { server, address } of redisServers)
  describe.skipIf(address === undefined)(`notices on ${server}`, () => {
    it("are sent in messages of at most 500", async () => {
      const { here, clients } = await openOn(address, orderKind);
      const sizes: number[] = [];
      // Other tests use the same channel, so this test recognizes its own ids by their prefix.
      const prefix = `batched-${Date.now()}-`;
      await clients[1].listen(orderNoticesChannel, (message) => {
        const orderIds: unknown = JSON.parse(message);
        if (Array.isArray(orderIds) && orderIds.every((id: string) => id.startsWith(prefix)))
          sizes.push(orderIds.length);
      });
      here.announce(Array.from({ length: 1203 }, (_, index) => `${prefix}${index}`));
      await expect.poll(() => sizes.toSorted()).toEqual([203, 500, 500]);
    });
  });

it("an announcement that Redis does not accept is reported, and nothing is thrown", async () => {
  const errors: unknown[] = [];
  const client = openRedis("redis://127.0.0.1:1");
  close = () => client.stop();
  redisOrderNotices(client, (error) => errors.push(error)).announce(["order" as OrderId]);
  await expect.poll(() => errors).toMatchObject([{ problem: { code: "engine-unavailable" } }]);
});

describe("the suite of Notices rejects notices that", () => {
  const everyProcess = "delivers a notice to the subscribers of its key in every process, and to no other";
  const rejectedBy: Readonly<Record<KnownWrongNotices, string>> = {
    // Negative control: C6
    "deliver every notice to every subscriber": everyProcess,
    "deliver one notice per key": "delivers every notice of one key",
    "keep one listener per key": everyProcess,
    // Negative control: C6
    "send the first 500": "delivers all notices of a large announcement, and nothing for an empty one",
    "call a listener that was added during the notice": "lets a listener unsubscribe itself, and subscribe another one",
    "identify listeners by their function": "distinguishes two subscriptions of one function",
    "remove all listeners of a key with one": "delivers until the subscriber unsubscribes, and further to the others",
    "remove the latest listener": "keeps a later subscriber when an earlier one unsubscribes twice",
    "remove no listener": "delivers until the subscriber unsubscribes, and further to the others",
    "let a listener's error escape": "delivers to the other listeners when one throws",
    // Negative control: C6
    "deliver nothing": "lets a follower receive a change that follows its read",
  };
  const reject = (promise: string, under: NoticesUnderTest) => {
    const clause = noticesClauses[promise];
    if (clause === undefined) throw new Error(`no clause ${promise}`);
    return expect(clause(under)).rejects.toThrow();
  };
  for (const [fault, promise] of Object.entries(rejectedBy))
    it(`${fault}: ${promise}`, () =>
      reject(promise, inProcess(orderKind, knownWrongNotices[fault as KnownWrongNotices](orderKind.keyOf))));

  it(`stay within one process: ${everyProcess}`, () =>
    reject(everyProcess, inProcess(orderKind, orderKind.inMemory(), orderKind.inMemory())));

  it("and accepts the correct notices from which they are derived", async () => {
    for (const clause of Object.values(noticesClauses))
      await clause(inProcess(orderKind, correctNotices(orderKind.keyOf)));
  });
});
