import type { Item, OrderSeen, Placed, Shopfront } from "./shopfront.js";

/** Where a saga may be struck: the event that a shopper has just heard, or a payment that is open. */
export const sagaSteps = [
  "order.placed",
  "stock.reserved",
  "stock.refused",
  "coupon.redeemed",
  "coupon.redemption-refused",
  "order.priced",
  "payment open",
  "order.confirmed",
  "order.cancelled",
] as const;
export type SagaStep = (typeof sagaSteps)[number];

type Wants = { readonly items: readonly Item[]; readonly coupon?: string; readonly method: string };
/** Hears of each step that some order of the wave has come to. */
type Hear = (step: string) => void;

const cups = { productId: "cup", quantity: 2 };
const plates = { productId: "plate", quantity: 1 };
const tooMany = { productId: "rare", quantity: 5 };

/** What is for sale to waves. */
export const fillShelves = async (shop: Shopfront): Promise<void> => {
  await shop.addProduct("cup", { stock: 10_000 });
  await shop.addProduct("plate", { stock: 10_000, unitPrice: 500 });
  await shop.addProduct("rare", { stock: 4 });
};

/** Pays until the order has ended: by the same key while nobody has said what became of it, by a new one after a no. */
const payToTheEnd = async (shop: Shopfront, order: Placed, { total }: OrderSeen, method: string, hear: Hear) => {
  for (let tries = 0; ; tries += 1) {
    const { orderId, shopper } = order;
    const body = { orderId, amount: total, paymentMethod: tries === 0 ? method : "sandbox-ok" };
    const ask = { as: shopper, key: `${orderId}-${tries}`, body };
    for (let answer = await shop.insist("POST", "/payments", ask); answer.status !== 402; ) {
      if (answer.status === 201) return;
      if (answer.status !== 202) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      hear("payment open");
      await shop.until(
        () => shop.insist("GET", `/payments/${answer.body.paymentId}`, { as: shopper }),
        ({ body }) => body.status === "succeeded" || body.status === "declined",
      );
      answer = await shop.insist("POST", "/payments", ask);
    }
  }
};

/** One order from its placing to its end; answers that. */
const lead = async (shop: Shopfront, order: Placed, { items, coupon, method }: Wants, hear: Hear) => {
  await shop.place(order, items, coupon);
  hear("order.placed");
  const tell = ({ timeline }: OrderSeen) => {
    for (const { event } of timeline) hear(event);
  };
  const decided = await shop.follow(order, (seen) => {
    tell(seen);
    return seen.status !== "pending";
  });
  if (decided.status === "awaiting-payment") await payToTheEnd(shop, order, decided, method, hear);
  const end = await shop.ended(order);
  tell(end);
  return end;
};

/**
 * Sixteen orders at once: plain ones, ones with a coupon, pairs that want the same coupon, and ones that want too much.
 * @param name of the wave, which its ids begin with
 * @param silent whether the provider leaves payments open
 */
export const wave = async (
  shop: Shopfront,
  name: string,
  silent: boolean,
  hear: Hear,
): Promise<readonly OrderSeen[]> => {
  const shoppers = Array.from({ length: 4 }, (_, n) => `${name}-${n}`);
  const coupons = await shop.grant(`coupon-${name}`, shoppers);
  const methods = silent ? ["sandbox-silent-captured", "sandbox-silent-lost", "sandbox-slow"] : ["sandbox-ok"];
  return Promise.all(
    shoppers.flatMap((shopper, n) => {
      const method = methods[n % methods.length] ?? "";
      const coupon = coupons[n] ?? "";
      const wants: readonly Wants[] = [
        { items: [cups, plates], method },
        { items: [plates, cups], coupon, method },
        { items: [plates], coupon, method: "sandbox-ok" },
        { items: [cups, tooMany], method },
      ];
      return wants.map((each, k) => lead(shop, { orderId: `${shopper}-${k}`, shopper }, each, hear));
    }),
  );
};
