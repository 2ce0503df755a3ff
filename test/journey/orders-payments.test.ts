import { describe, expect, it } from "vitest";
import { Account } from "../support/account.js";
import { type Profile, profiles, type Settings, startNode } from "../support/node.js";
import { type Answer, type Placed, Shopfront } from "../support/shopfront.js";
import { isLongRun } from "../support/test-size.js";

/** Two fronts of one shop, on two nodes where the profile has more than one. */
const open = async ({ name, settings: prepare }: Profile, more: Settings = {}) => {
  const settings = { ...(await prepare()), ...more };
  const first = await startNode(settings);
  const second = name === "embedded" ? first : await startNode({ ...settings, ROLES: "api" });
  const fronts = [new Shopfront(first.url), new Shopfront(second.url)] as const;
  await fronts[0].addProduct("cup", { stock: 100 });
  const account = Account.open(settings);
  /** An order of one cup that is to be paid. */
  const payable = async (orderId: string): Promise<Placed> => {
    const order = { orderId, shopper: `of-${orderId}` };
    await fronts[0].place(order, [{ productId: "cup", quantity: 1 }]);
    expect(await fronts[0].decided(order)).toMatchObject({ status: "awaiting-payment", total: 1000 });
    return order;
  };
  const settled = async () => {
    await account.quiet();
    await account.expectPromises();
  };
  return { shop: fronts[0], front: (n: number) => fronts[n % 2] as Shopfront, account, payable, settled };
};

const twenty = <T>(each: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, n) => each(n)));
const idsIn = (answers: readonly Answer[]) => [...new Set(answers.map(({ body }) => body.paymentId))];

describe.each(profiles)("payments of orders, $name", (profile) => {
  // Proves: P1
  it.skipIf(!profile.live)("one key twenty times at once charges once; a new key is told so", async () => {
    const { shop, front, account, payable, settled } = await open(profile);
    const order = await payable("order");
    const answers = await twenty((n) => front(n).pay(order, 1000, "key"));
    expect(answers.filter(({ status }) => status !== 201 && status !== 202)).toEqual([]);
    const [paymentId, ...others] = idsIn(answers);
    expect(others).toEqual([]);
    expect((await shop.ended(order)).status).toBe("confirmed");
    expect(await account.capturedOf("order")).toEqual([1000]);

    const later = await twenty((n) => front(n).pay(order, 1000, "key"));
    expect(later.map(({ status }) => status)).toEqual(later.map(() => 201));
    expect(idsIn(later)).toEqual([paymentId]);
    const paid = { status: 409, body: { code: "already-paid" } };
    expect(await twenty((n) => front(n).pay(order, 1000, `new-${n}`))).toMatchObject(later.map(() => paid));
    expect(await front(1).pay(order, 999, "key")).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    expect(await account.capturedOf("order")).toEqual([1000]);
    await settled();
  });

  // Proves: P1
  it.skipIf(!profile.live)("twenty keys at once charge once: the others are told of the one", async () => {
    const { shop, front, account, payable, settled } = await open(profile);
    const order = await payable("order");
    const answers = await twenty((n) => front(n).pay(order, 1000, `key-${n}`, n % 2 ? "sandbox-slow" : "sandbox-ok"));
    const begun = answers.filter(({ status }) => status === 201 || status === 202);
    expect(begun).toHaveLength(1);
    const codes = answers.filter((answer) => !begun.includes(answer)).map(({ body }) => body.code);
    expect(codes.filter((code) => code !== "payment-in-progress" && code !== "already-paid")).toEqual([]);
    expect((await shop.ended(order)).status).toBe("confirmed");
    expect(await account.capturedOf("order")).toEqual([1000]);
    await settled();
  });

  // The short run proves this with a clock that it moves: test/http/payments.test.ts.
  it.skipIf(!profile.live || !isLongRun)("a provider that falls silent: the payment ends all the same", async () => {
    const { shop, front, account, payable, settled } = await open(profile);
    const [captured, lost, slow] = [await payable("captured"), await payable("lost"), await payable("slow")];
    const methods = new Map([
      [captured, "sandbox-silent-captured"],
      [lost, "sandbox-silent-lost"],
      [slow, "sandbox-slow"],
    ]);
    const again = (order: Placed, key = "key") => front(1).pay(order, 1000, key, methods.get(order));
    const openOnes = await Promise.all([...methods].map(([order]) => again(order)));
    expect(openOnes).toMatchObject(openOnes.map(() => ({ status: 202, body: { status: "unknown" } })));
    for (const order of [captured, lost]) {
      expect(await again(order, "new")).toMatchObject({ status: 409, body: { code: "payment-in-progress" } });
      expect(await front(1).ask("POST", `/orders/${order.orderId}/cancellation`, { as: order.shopper })).toMatchObject({
        status: 409,
        body: { code: "order-not-cancellable" },
      });
    }

    // The late answer closes one, the sweeper's void the others.
    const closed = (order: Placed, n: number, status: string) =>
      expect
        .poll(() => shop.ask("GET", `/payments/${openOnes[n]?.body.paymentId}`, { as: order.shopper }), {
          interval: 200,
        })
        .toMatchObject({ body: { status } });
    await Promise.all([closed(captured, 0, "succeeded"), closed(lost, 1, "declined"), closed(slow, 2, "succeeded")]);
    expect(await again(captured)).toMatchObject({ status: 201, body: { ...openOnes[0]?.body, status: "succeeded" } });
    expect((await shop.ended(captured)).status).toBe("confirmed");
    expect((await shop.ended(slow)).status).toBe("confirmed");

    expect(await again(lost)).toMatchObject({ status: 402, body: { code: "payment-declined" } });
    expect(await account.capturedOf("lost")).toEqual([]);
    expect((await shop.order(lost)).status).toBe("awaiting-payment");
    expect(await shop.pay(lost, 1000, "new")).toMatchObject({ status: 201 });
    expect((await shop.ended(lost)).status).toBe("confirmed");
    await settled();
  });
});
