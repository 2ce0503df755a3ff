import { describe, expect, it } from "vitest";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { Money } from "../../../src/domain/money.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { UseCaseName } from "../../support/application.js";
import { rowsIn } from "../../support/drop.js";
import { flushPromises } from "../../support/flush-promises.js";
import { ben, items, type OrderHouse, openOrderHouse, refusalOf, ttlMs } from "./order-house.js";

const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

describe("a payment that is captured", () => {
  it("confirms the order, sells its stock, writes its sales and tells of all of it, in one commit", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 2], ["mug", 1]));
    const payment = await house.pay("o", "key");
    expect(payment).toMatchObject({ paymentId: "payment-1", status: "succeeded", amount: 2300 });
    expect(house.order("o")).toMatchObject({ status: "confirmed", paymentId: "payment-1" });
    expect([house.units("lamp"), house.units("mug")]).toEqual([
      [8, 0, 2],
      [9, 0, 1],
    ]);
    expect(house.ledger.sales()).toEqual([
      { saleId: "order:o:lamp", productId: "lamp", quantity: 2 },
      { saleId: "order:o:mug", productId: "mug", quantity: 1 },
    ]);
    // payment.confirmed, order.confirmed, and a product.sold for each line.
    expect(house.ledger.unsent()).toBe(4);
  });

  it("is charged once, however often the request is repeated", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    const request = house.paymentOf("o", "key");
    const answers = await Promise.all(times(20, () => house.shop.confirmPayment.execute(request)));
    expect(new Set(answers.map(({ paymentId }) => paymentId))).toEqual(new Set(["payment-1"]));
    expect(await house.shop.confirmPayment.execute(request)).toMatchObject({ status: "succeeded" });
    expect(house.calls).toEqual(["capture payment-1"]);
    expect(house.ledger.captured()).toBe(1000);
  });

  it("is the only one of an order, whatever the keys", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    const answers = await Promise.all(times(20, (n) => refusalOf(house.pay("o", `key-${n}`))));
    expect(answers.filter((code) => code === "none")).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set(["none", "payment-in-progress"]));
    expect(await refusalOf(house.pay("o", "a new key"))).toBe("already-paid");
    expect(house.ledger.captured()).toBe(1000);
    expect(await rowsIn(house.db, "payments")).toBe(1);
  });
});

describe("a payment of nothing", () => {
  it("starts and closes in one transaction, and the provider never hears of it", async () => {
    const house = await openOrderHouse();
    house.ledger.addCoupon("uc", "ann", { type: "fixed", value: 5000 as Money });
    await house.placed("o", items(["lamp", 1]), "uc");
    const request = house.paymentOf("o", "key", { method: "sandbox-declined" });
    expect(await house.shop.confirmPayment.execute(request)).toMatchObject({ status: "succeeded", amount: 0 });
    expect(house.order("o")).toMatchObject({ status: "confirmed" });
    expect(house.calls).toEqual([]);
    expect(await house.shop.confirmPayment.execute(request)).toMatchObject({ paymentId: "payment-1" });
    expect(house.units("lamp")).toEqual([9, 0, 1]);
  });
});

/** How an order comes to where paying is refused, and the request that is. */
const refusals: readonly (readonly [string, string, (house: OrderHouse) => Promise<unknown>])[] = [
  ["an unknown order", "order-not-found", (house) => house.pay("none", "key")],
  ["another's order", "order-not-found", (house) => house.pay("o", "key", { userId: ben })],
  ["an order that is not priced yet", "order-not-payable", (house) => house.pay("pending", "key")],
  ["a cancelled order", "order-not-payable", (house) => house.pay("short", "key")],
  ["a paid order", "already-paid", (house) => house.pay("paid", "key")],
  ["a paid order, the wrong amount", "already-paid", (house) => house.pay("paid", "key", { amount: 1 as Money })],
  ["an amount that is off by one", "amount-mismatch", (house) => house.pay("o", "key", { amount: 999 as Money })],
  ["nothing, where something is due", "amount-mismatch", (house) => house.pay("o", "key", { amount: 0 as Money })],
  [
    "an expired order, the wrong amount",
    "order-not-payable",
    async (house) => {
      house.clock.at += ttlMs;
      await house.pay("o", "key", { amount: 1 as Money });
    },
  ],
  ["an order, by a key that paid another", "idempotency-key-reused", (house) => house.pay("o", "used")],
  ["an unknown order, by a used key", "idempotency-key-reused", (house) => house.pay("none", "used")],
  [
    "the same order, by its key, another amount",
    "idempotency-key-reused",
    (house) => house.pay("paid", "used", { amount: 1 as Money }),
  ],
  [
    "the same order, by its key, another method",
    "idempotency-key-reused",
    (house) => house.pay("paid", "used", { method: "sandbox-slow" }),
  ],
];

describe("paying for", () => {
  it.each(refusals)("%s is refused: %s; nothing changes, and no key is bound", async (_, code, ask) => {
    const house = await openOrderHouse();
    await house.placed("paid", items(["lamp", 1]));
    await house.pay("paid", "used");
    await house.placed("short", items(["lamp", 99]));
    await house.placed("o", items(["lamp", 1]));
    await house.place("pending", items(["lamp", 1]));
    const before = [house.ledger.orders(), house.ledger.payments(), house.ledger.stocks(), [...house.calls]];
    expect(await refusalOf(ask(house))).toBe(code);
    expect([house.ledger.orders(), house.ledger.payments(), house.ledger.stocks(), house.calls]).toEqual(before);
  });

  it("one's own order by a key that another shopper has used is no reuse", async () => {
    const house = await openOrderHouse();
    await house.placed("anns", items(["lamp", 1]));
    await house.placed("bens", items(["mug", 1]), null, ben);
    await house.pay("anns", "key");
    expect(await house.pay("bens", "key", { userId: ben })).toMatchObject({ status: "succeeded", amount: 300 });
  });

  it("an order whose payment is open is refused by a new key, and answered as it stands by its own", async () => {
    const house = await openOrderHouse({ timeout: async () => "late" });
    await house.placed("o", items(["lamp", 1]));
    expect(await house.pay("o", "key", { method: "sandbox-silent-lost" })).toMatchObject({ status: "unknown" });
    expect(await refusalOf(house.pay("o", "other"))).toBe("payment-in-progress");
    house.clock.at += ttlMs;
    expect(await refusalOf(house.pay("o", "other"))).toBe("payment-in-progress");
    expect(await house.pay("o", "key", { method: "sandbox-silent-lost" })).toMatchObject({ status: "unknown" });
  });
});

describe("a payment that is declined", () => {
  it("stays so for its key, and a new key may try again", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    for (let again = 0; again < 2; again += 1)
      expect(await house.pay("o", "first", { method: "sandbox-declined" })).toMatchObject({ status: "declined" });
    expect(house.order("o")).toMatchObject({ status: "awaiting-payment", openPayment: null });
    const second = await house.pay("o", "second");
    expect(second).toMatchObject({ status: "succeeded" });
    expect(house.calls).toEqual(["capture payment-1", `capture ${second.paymentId}`]);
  });

  it("after the order's time ends it at once, and gives back what it holds", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    const { capture } = house.provider;
    house.provider.capture = (payment) => {
      house.clock.at += ttlMs;
      return capture(payment);
    };
    expect(await house.pay("o", "key", { method: "sandbox-declined" })).toMatchObject({ status: "declined" });
    expect(house.order("o")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(house.units("lamp")).toEqual([10, 0, 0]);
  });
});

describe("a provider that is silent", () => {
  it("makes the payment unknown, never declined; its late answer closes it", async () => {
    let answer = () => {};
    const house = await openOrderHouse({ timeout: async () => "late" });
    await house.placed("o", items(["lamp", 1]));
    house.provider.capture = () => new Promise((resolve) => (answer = () => resolve("captured")));
    expect(await house.pay("o", "key")).toMatchObject({ status: "unknown" });
    expect(house.order("o")).toMatchObject({ status: "awaiting-payment", openPayment: "payment-1" });
    answer();
    while (house.closedLate.length === 0) await flushPromises();
    expect(house.closedLate).toEqual(["succeeded"]);
    expect(house.order("o").status).toBe("confirmed");
    expect(await house.pay("o", "key")).toMatchObject({ status: "succeeded" });
  });

  it("is not told of where the answer shows its end already", async () => {
    const house = await openOrderHouse({ timeout: (working) => working.then(() => "late") });
    await house.placed("o", items(["lamp", 1]));
    expect(await house.pay("o", "key")).toMatchObject({ status: "succeeded" });
    await flushPromises();
    expect(house.closedLate).toEqual([]);
  });

  it("is told of where what it says cannot be carried out", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    house.provider.capture = async ({ paymentId }) => {
      await house.close(paymentId, "declined");
      return "captured";
    };
    expect(await house.pay("o", "key")).toMatchObject({ status: "declined" });
    expect(house.closedLate).toMatchObject([{ problem: { code: "impossible-transition" } }]);
  });

  it("is the same as one that fails", async () => {
    const house = await openOrderHouse();
    await house.placed("o", items(["lamp", 1]));
    house.provider.capture = async () => {
      throw new Error("502");
    };
    expect(await house.pay("o", "key")).toMatchObject({ status: "unknown" });
    expect(house.order("o")).toMatchObject({ openPayment: "payment-1" });
    expect(house.closedLate).toEqual([new Error("502")]);
  });
});

describe("a start whose commit was not heard", () => {
  it("is refused without asking the provider; the row that did land is the key's", async () => {
    let deaf = true;
    const unheard = (right: UnitOfWork, worker: UseCaseName): UnitOfWork => ({
      run: async (work) => {
        const answer = await right.run(work);
        if (worker === "startPayment" && deaf)
          throw new DomainError({ code: "engine-unavailable", engine: "database" });
        return answer;
      },
    });
    const house = await openOrderHouse({ work: unheard });
    await house.placed("o", items(["lamp", 1]));
    expect(await refusalOf(house.pay("o", "key"))).toBe("engine-unavailable");
    deaf = false;
    expect(await house.pay("o", "key")).toMatchObject({ status: "pending" });
    expect(house.calls).toEqual([]);
    house.clock.at += 15_001;
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate).toEqual(["declined"]);
    expect(await house.pay("o", "another")).toMatchObject({ status: "succeeded" });
  });
});
