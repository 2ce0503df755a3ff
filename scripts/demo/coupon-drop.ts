import type { Client } from "../../bench/rehearsal/client.js";
import type { DemoRun } from "./demo-run.js";
import { coupon, randomShopper } from "./sample-data.js";
import type { Shop } from "./shop.js";
import { successBody } from "./success.js";

const coupons = "/api/v1/coupons";
const operator = "demo-operator";
/** The ms between two shoppers grow with their number. */
const delayMs = (n: number): number => 15 + n * 0.2;
/** The state of the drop is read after so many shoppers. */
const shoppersPerRead = 10;
/** Shoppers who claim after the sell-out. */
const lateShoppers = { count: 30, delayMs: 60 };
/** The share of coupons that are used for an order. */
const usedShare = 0.2;

/** A drop of coupons, some of which are used in the shop. */
export class CouponDrop {
  private readonly client: Client;
  private readonly demo: DemoRun;
  private readonly shop: Shop;
  private rejected = 0;

  constructor(client: Client, demo: DemoRun, shop: Shop) {
    this.client = client;
    this.demo = demo;
    this.shop = shop;
  }

  async create(opensInMs: number): Promise<void> {
    const drop = { ...coupon, opensAt: new Date(Date.now() + opensInMs) };
    successBody(await this.client.callWithRetry("POST", coupons, operator, drop, ["admin"]), "creating the drop");
  }

  /** Sends shoppers from the opening until the drop is sold out, and a few more afterwards. */
  async run(opensInMs: number): Promise<void> {
    if (!(await this.demo.sleep(opensInMs))) return;
    this.demo.log(`the drop "${coupon.name}" is open`);
    for (let [n, state] = [1, "open"]; state !== "sold-out"; n += 1) {
      this.demo.start(() => this.claim(randomShopper()));
      if (!(await this.demo.sleep(delayMs(n)))) return;
      if (n % shoppersPerRead !== 0) continue;
      const current = await this.read();
      state = String(current.state);
      if (n % (5 * shoppersPerRead) === 0) this.demo.log(`${current.issued} of ${coupon.quantity} coupons issued`);
    }
    for (let n = 0; n < lateShoppers.count && (await this.demo.sleep(lateShoppers.delayMs)); n += 1)
      this.demo.start(() => this.claim(randomShopper()));
    // The last claims may not be settled yet.
    while (Number((await this.read()).issued) < coupon.quantity) if (!(await this.demo.sleep(100))) return;
    this.demo.log(`the drop is sold out: ${coupon.quantity} coupons issued, ${this.rejected} claims rejected`);
  }

  private async read(): Promise<Readonly<Record<string, unknown>>> {
    return successBody(await this.client.callWithRetry("GET", `${coupons}/${coupon.couponId}`, operator), "the drop");
  }

  private async claim(shopper: string): Promise<void> {
    const { status, body } = await this.client.callWithRetry("POST", `${coupons}/${coupon.couponId}/claims`, shopper);
    if (status === 409 && body.code === "coupon-sold-out") this.rejected += 1;
    if (status !== 202) return;
    const task = await this.client.follow((body.links as { events: string }).events, shopper, false);
    const { userCouponId } = (task?.result ?? {}) as { readonly userCouponId?: string };
    if (userCouponId === undefined || Math.random() > usedShare) return;
    if (await this.demo.sleep(2000 + Math.random() * 8000)) await this.shop.order(shopper, userCouponId);
  }
}
