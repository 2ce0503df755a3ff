import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Account } from "../support/account.js";
import { profiles, startNode } from "../support/node.js";
import { SeededRandom } from "../support/seeded-random.js";
import { type Answer, type OrderSeen, type Placed, Shopfront } from "../support/shopfront.js";
import { sizeOf } from "../support/test-size.js";

const cup = [{ productId: "cup", quantity: 1 }];
const races = sizeOf({ short: 40, long: 200 });
/** So many at once that each still has time to be priced before it expires. */
const atOnce = 40;
/** Of twenty, one pays at once and one never does; the others aim at the last instant. */
const pays = (n: number) => (["at once", "never"] as const)[n % 20] ?? "late";
const methods = ["sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-declined", "sandbox-slow"] as const;

/** Orders are met as soon as consumers have joined, which a broker takes its time for. */
const awake = async (shop: Shopfront) => {
  for (let n = 0; ; n += 1) {
    const order = { orderId: `early-${n}`, shopper: "early" };
    await shop.place(order, cup);
    if ((await shop.decided(order)).status === "awaiting-payment") return;
  }
};

describe.each(profiles)("expiry against payment, $name", ({ live, settings: prepare }) => {
  // Proves: O2
  it.skipIf(!live)(`${races} times: paid and confirmed, or expired and free`, async () => {
    const settings = { ...(await prepare()), ORDER_TTL_SECONDS: "2" };
    const shop = new Shopfront((await startNode(settings)).url);
    await shop.addProduct("cup", { stock: 1000 });
    await awake(shop);
    const random = new SeededRandom(4);

    /** Aims at the order's last instant, from a quarter of a second before to a moment after. */
    const race = async (order: Placed, n: number): Promise<Answer | null> => {
      const method = pays(n) === "at once" ? "sandbox-ok" : random.pick(methods);
      const aimMs = random.below(300) - 250;
      await shop.place(order, cup);
      const { status, expiresAt = "", total } = await shop.decided(order);
      if (status !== "awaiting-payment" || pays(n) === "never") return null;
      if (pays(n) === "late") await sleep(Math.max(0, Date.parse(expiresAt) + aimMs - Date.now()));
      return shop.pay(order, total, "key", method);
    };
    const met: { readonly answer: Answer | null; readonly end: OrderSeen }[] = [];
    const next = Array.from({ length: races }, (_, n) => n).values();
    const shopper = async () => {
      for (const n of next) {
        const order = { orderId: `order-${n}`, shopper: `shopper-${n}` };
        met.push({ answer: await race(order, n), end: await shop.ended(order) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, shopper));

    const account = Account.open(settings);
    await account.quiet();
    const told = (answer: Answer | null) =>
      answer === null ? "absent" : String(answer.body.code ?? answer.body.status);
    const outcomes = await Promise.all(
      met.map(async ({ answer, end }) => ({
        told: told(answer),
        end: endOf(end),
        captured: await account.capturedOf(end.orderId),
      })),
    );
    const paid = outcomes.filter(({ end }) => end === "confirmed");
    const gone = outcomes.filter(({ end }) => end === "cancelled: expired");
    expect(paid.length + gone.length).toBe(races);
    expect(paid.length).toBeGreaterThan(0);
    expect(gone.length).toBeGreaterThan(0);
    expect(paid.filter(({ captured }) => captured.join() !== "1000")).toEqual([]);
    expect(gone.filter(({ captured }) => captured.length > 0)).toEqual([]);
    // Nobody is told one thing and meets another.
    expect(paid.filter(({ told }) => told !== "succeeded" && told !== "unknown")).toEqual([]);
    const refusals = ["absent", "order-not-payable", "payment-declined"];
    expect(gone.filter(({ told }) => !refusals.includes(told))).toEqual([]);
    expect(await shop.audit("cup")).toMatchObject({ reserved: 0, sold: paid.length, balanced: true });
    await account.expectPromises();
  });
});

const endOf = ({ status, reason }: OrderSeen) => (reason === undefined ? status : `${status}: ${reason}`);
