import type { Client } from "../../bench/rehearsal/client.js";
import { expected } from "./expected.js";
import { anyShopper, coupon } from "./invented.js";
import type { Shop } from "./shop.js";
import type { Stage } from "./stage.js";

const coupons = "/api/v1/coupons";
const operator = "demo-operator";
/** They come thick and fast at the opening, then fewer: the nth so many ms after the one before. */
const beforeNth = (n: number): number => 15 + n * 0.2;
/** After so many it is looked how many coupons are left. */
const lookEvery = 10;
/** Who still comes when none is left, one in so many ms. */
const latecomers = { count: 30, everyMs: 60 };
/** The share of coupons that are spent in the shop at once. */
const spent = 0.2;

/** First-come coupons, which some of those who get one spend in the shop. */
export class CouponDrop {
  private readonly client: Client;
  private readonly stage: Stage;
  private readonly shop: Shop;
  private tooLate = 0;

  constructor(client: Client, stage: Stage, shop: Shop) {
    this.client = client;
    this.stage = stage;
    this.shop = shop;
  }

  async announce(opensInMs: number): Promise<void> {
    const drop = { ...coupon, opensAt: new Date(Date.now() + opensInMs) };
    expected(await this.client.insist("POST", coupons, operator, drop, ["admin"]), "the drop");
  }

  /** Lets the crowd in when the drop opens, and a few more when no coupon is left. */
  async rush(opensInMs: number): Promise<void> {
    if (!(await this.stage.pause(opensInMs))) return;
    this.stage.say(`the drop "${coupon.name}" is open, and rushed`);
    for (let [n, state] = [1, "open"]; state !== "sold-out"; n += 1) {
      this.stage.go(() => this.claim(anyShopper()));
      if (!(await this.stage.pause(beforeNth(n)))) return;
      if (n % lookEvery !== 0) continue;
      const seen = await this.look();
      state = String(seen.state);
      if (n % (5 * lookEvery) === 0) this.stage.say(`${seen.issued} of ${coupon.quantity} coupons are issued`);
    }
    for (let n = 0; n < latecomers.count && (await this.stage.pause(latecomers.everyMs)); n += 1)
      this.stage.go(() => this.claim(anyShopper()));
    // The last claims may still be on their way to their coupons.
    while (Number((await this.look()).issued) < coupon.quantity) if (!(await this.stage.pause(100))) return;
    this.stage.say(`the drop is sold out: ${coupon.quantity} coupons issued, ${this.tooLate} shoppers came too late`);
  }

  private async look(): Promise<Readonly<Record<string, unknown>>> {
    return expected(await this.client.insist("GET", `${coupons}/${coupon.couponId}`, operator), "the drop");
  }

  private async claim(shopper: string): Promise<void> {
    const { status, body } = await this.client.insist("POST", `${coupons}/${coupon.couponId}/claims`, shopper);
    if (status === 409 && body.code === "coupon-sold-out") this.tooLate += 1;
    if (status !== 202) return;
    const task = await this.client.follow((body.links as { events: string }).events, shopper, false);
    const { userCouponId } = (task?.result ?? {}) as { readonly userCouponId?: string };
    if (userCouponId === undefined || Math.random() > spent) return;
    if (await this.stage.pause(2000 + Math.random() * 8000)) await this.shop.order(shopper, userCouponId);
  }
}
