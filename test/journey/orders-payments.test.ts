import { describe, expect, it } from "vitest";
import { profiles, type SharedNode, sharedNode, startNode } from "../support/node.js";
import { type PlacedOrder, ShopClient, type ShopResponse } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";
import { isLongRun } from "../support/test-size.js";

/** Opens a shop on the shared node and on a second one, except in the embedded profile. */
const openShop = async ({ profile, node, settings }: SharedNode) => {
  const second = profile.name === "embedded" ? node : await startNode({ ...settings, ROLES: "api" });
  const clients = [new ShopClient(node.url), new ShopClient(second.url)] as const;
  const [shop] = clients;
  await shop.addProduct("cup", { stock: 100 });
  const database = ShopDatabase.open(settings);
  /** Places an order of one cup and waits until it can be paid. */
  const placePayableOrder = async (orderId: string): Promise<PlacedOrder> => {
    const order = { orderId, shopper: `shopper-of-${orderId}` };
    await shop.placeOrder(order, [{ productId: "cup", quantity: 1 }]);
    expect(await shop.waitForDecision(order)).toMatchObject({ status: "awaiting-payment", total: 1000 });
    return order;
  };
  const expectPromises = async () => {
    await database.waitUntilIdle();
    await database.expectPromises();
  };
  return { shop, client: (n: number) => clients[n % 2] as ShopClient, database, placePayableOrder, expectPromises };
};

const twentyTimes = <T>(send: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, n) => send(n)));
const paymentIdsIn = (responses: readonly ShopResponse[]) => [...new Set(responses.map(({ body }) => body.paymentId))];

describe.each(profiles)("payments of orders, $name", (profile) => {
  describe.skipIf(!profile.live)("on shared nodes", () => {
    const shared = sharedNode(profile);

    // Proves: P1
    it("20 concurrent requests with one key charge once, and a new key is rejected", async () => {
      const { shop, client, database, placePayableOrder, expectPromises } = await openShop(shared);
      const order = await placePayableOrder("order");
      const responses = await twentyTimes((n) => client(n).pay(order, 1000, "key"));
      expect(responses.filter(({ status }) => status !== 201 && status !== 202)).toEqual([]);
      const [paymentId, ...otherIds] = paymentIdsIn(responses);
      expect(otherIds).toEqual([]);
      expect((await shop.waitForEnd(order)).status).toBe("confirmed");
      expect(await database.capturedAmounts("order")).toEqual([1000]);

      const laterResponses = await twentyTimes((n) => client(n).pay(order, 1000, "key"));
      expect(laterResponses.map(({ status }) => status)).toEqual(laterResponses.map(() => 201));
      expect(paymentIdsIn(laterResponses)).toEqual([paymentId]);
      const alreadyPaid = { status: 409, body: { code: "already-paid" } };
      const newKeyResponses = await twentyTimes((n) => client(n).pay(order, 1000, `new-${n}`));
      expect(newKeyResponses).toMatchObject(newKeyResponses.map(() => alreadyPaid));
      expect(await client(1).pay(order, 999, "key")).toMatchObject({
        status: 422,
        body: { code: "idempotency-key-reused" },
      });
      expect(await database.capturedAmounts("order")).toEqual([1000]);
      await expectPromises();
    });

    // Proves: P1
    it("20 concurrent keys charge once", async () => {
      const { shop, client, database, placePayableOrder, expectPromises } = await openShop(shared);
      const order = await placePayableOrder("other-order");
      const methodOf = (n: number) => (n % 2 ? "sandbox-slow" : "sandbox-ok");
      const responses = await twentyTimes((n) => client(n).pay(order, 1000, `key-${n}`, methodOf(n)));
      const started = responses.filter(({ status }) => status === 201 || status === 202);
      expect(started).toHaveLength(1);
      const codes = responses.filter((response) => !started.includes(response)).map(({ body }) => body.code);
      expect(codes.filter((code) => code !== "payment-in-progress" && code !== "already-paid")).toEqual([]);
      expect((await shop.waitForEnd(order)).status).toBe("confirmed");
      expect(await database.capturedAmounts("other-order")).toEqual([1000]);
      await expectPromises();
    });

    // The short run proves this with a clock that the test advances: test/http/payments.test.ts.
    it.runIf(isLongRun)("payments end although the provider does not respond", async () => {
      const { shop, client, database, placePayableOrder, expectPromises } = await openShop(shared);
      const captured = await placePayableOrder("captured");
      const lost = await placePayableOrder("lost");
      const slow = await placePayableOrder("slow");
      const methods = new Map([
        [captured, "sandbox-silent-captured"],
        [lost, "sandbox-silent-lost"],
        [slow, "sandbox-slow"],
      ]);
      const pay = (order: PlacedOrder, key = "key") => client(1).pay(order, 1000, key, methods.get(order));
      const openPayments = await Promise.all([...methods].map(([order]) => pay(order)));
      expect(openPayments).toMatchObject(openPayments.map(() => ({ status: 202, body: { status: "unknown" } })));
      for (const order of [captured, lost]) {
        expect(await pay(order, "new")).toMatchObject({ status: 409, body: { code: "payment-in-progress" } });
        expect(await client(1).cancelOrder(order)).toMatchObject({
          status: 409,
          body: { code: "order-not-cancellable" },
        });
      }

      // The provider's late answer settles the slow payment, and the sweeper's void settles the others.
      const expectStatus = (order: PlacedOrder, n: number, status: string) => {
        const path = `/payments/${openPayments[n]?.body.paymentId}`;
        const read = () => shop.request("GET", path, { as: order.shopper });
        return expect.poll(read, { interval: 200 }).toMatchObject({ body: { status } });
      };
      await Promise.all([
        expectStatus(captured, 0, "succeeded"),
        expectStatus(lost, 1, "declined"),
        expectStatus(slow, 2, "succeeded"),
      ]);
      expect(await pay(captured)).toMatchObject({
        status: 201,
        body: { ...openPayments[0]?.body, status: "succeeded" },
      });
      expect((await shop.waitForEnd(captured)).status).toBe("confirmed");
      expect((await shop.waitForEnd(slow)).status).toBe("confirmed");

      expect(await pay(lost)).toMatchObject({ status: 402, body: { code: "payment-declined" } });
      expect(await database.capturedAmounts("lost")).toEqual([]);
      expect((await shop.getOrder(lost)).status).toBe("awaiting-payment");
      expect(await shop.pay(lost, 1000, "new")).toMatchObject({ status: 201 });
      expect((await shop.waitForEnd(lost)).status).toBe("confirmed");
      await expectPromises();
    });
  });
});
