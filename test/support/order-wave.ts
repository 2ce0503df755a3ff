import type { Item, OrderView, PlacedOrder, ShopClient } from "./shop-client.js";

/** The steps of an order at which a service can be killed: an event of its timeline, or an open payment. */
export const orderSteps = [
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
export type OrderStep = (typeof orderSteps)[number];

type Plan = { readonly items: readonly Item[]; readonly coupon?: string; readonly method: string };
/** Is called with each step that an order of the wave has reached. */
type OnStep = (step: string) => void;

const cups = { productId: "cup", quantity: 2 };
const plates = { productId: "plate", quantity: 1 };
const moreThanInStock = { productId: "rare", quantity: 5 };

/** Adds the products that waves order. */
export const addWaveProducts = async (shop: ShopClient): Promise<void> => {
  await shop.addProduct("cup", { stock: 10_000 });
  await shop.addProduct("plate", { stock: 10_000, unitPrice: 500 });
  await shop.addProduct("rare", { stock: 4 });
};

/** Pays until the order is paid: with the same key while the payment is open, with a new one after a decline. */
const payUntilPaid = async (
  shop: ShopClient,
  { orderId, shopper }: PlacedOrder,
  amount: number,
  method: string,
  onStep: OnStep,
) => {
  for (let attempts = 0; ; attempts += 1) {
    const body = { orderId, amount, paymentMethod: attempts === 0 ? method : "sandbox-ok" };
    const options = { as: shopper, key: `${orderId}-${attempts}`, body };
    for (let response = await shop.requestWithRetry("POST", "/payments", options); response.status !== 402; ) {
      if (response.status === 201) return;
      if (response.status !== 202) throw new Error(`${response.status}: ${JSON.stringify(response.body)}`);
      onStep("payment open");
      const paymentPath = `/payments/${response.body.paymentId}`;
      await shop.poll(
        () => shop.requestWithRetry("GET", paymentPath, { as: shopper }),
        ({ body: payment }) => payment.status === "succeeded" || payment.status === "declined",
      );
      response = await shop.requestWithRetry("POST", "/payments", options);
    }
  }
};

/** Places one order, pays it if it can be paid, and returns it at its end. */
const runOrder = async (shop: ShopClient, order: PlacedOrder, { items, coupon, method }: Plan, onStep: OnStep) => {
  await shop.placeOrder(order, items, coupon);
  onStep("order.placed");
  const reportSteps = ({ timeline }: OrderView) => {
    for (const { event } of timeline) onStep(event);
  };
  const decided = await shop.followOrder(order, (state) => {
    reportSteps(state);
    return state.status !== "pending";
  });
  if (decided.status === "awaiting-payment") await payUntilPaid(shop, order, decided.total, method, onStep);
  const end = await shop.waitForEnd(order);
  reportSteps(end);
  return end;
};

/**
 * Runs 16 orders at the same time: 4 without coupon, 4 pairs of which both orders use the same coupon, and 4 that order
 * more than is in stock.
 *
 * @param name the prefix of all ids
 * @param isSilent whether the provider leaves payments open
 */
export const runOrderWave = async (
  shop: ShopClient,
  name: string,
  isSilent: boolean,
  onStep: OnStep,
): Promise<readonly OrderView[]> => {
  const shoppers = Array.from({ length: 4 }, (_, n) => `${name}-${n}`);
  const coupons = await shop.issueCoupons(`coupon-${name}`, shoppers);
  const methods = isSilent ? ["sandbox-silent-captured", "sandbox-silent-lost", "sandbox-slow"] : ["sandbox-ok"];
  return Promise.all(
    shoppers.flatMap((shopper, n) => {
      const method = methods[n % methods.length] ?? "";
      const coupon = coupons[n] ?? "";
      const plans: readonly Plan[] = [
        { items: [cups, plates], method },
        { items: [plates, cups], coupon, method },
        { items: [plates], coupon, method: "sandbox-ok" },
        { items: [cups, moreThanInStock], method },
      ];
      return plans.map((plan, k) => runOrder(shop, { orderId: `${shopper}-${k}`, shopper }, plan, onStep));
    }),
  );
};
