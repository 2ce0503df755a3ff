import type { CouponId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { Board } from "../../domain/sold-out.js";

/**
 * The keys of a coupon's store. Their common hash tag keeps them on one node of a Cluster, so that one script may use
 * all of them.
 */
export type CouponKeys = {
  /** HASH of epoch, quantity, next (position) and members (their number, so that a loss of a key is noticed). */
  readonly stock: string;
  /** ZSET of shoppers by position. */
  readonly queue: string;
  /** HASH of each member's task. */
  readonly tasks: string;
  /** SET of the members that count as taken. */
  readonly taken: string;
};

export const couponKeys = (couponId: CouponId): CouponKeys => {
  const coupon = `{coupon:${couponId}}`;
  return { stock: `${coupon}:stock`, queue: `${coupon}:queue`, tasks: `${coupon}:tasks`, taken: `${coupon}:taken` };
};

/** The keys under which one load builds a store. Here `stock` holds the number of the last page. */
export const loadingKeys = (couponId: CouponId, epoch: number, load: string): CouponKeys => {
  const loading = `{coupon:${couponId}}:loading:${epoch}:${load}`;
  return { stock: `${loading}:pages`, queue: `${loading}:queue`, tasks: `${loading}:tasks`, taken: `${loading}:taken` };
};

/** The ZSET of a product board: products scored by units sold, and the marker (see lua/sales-marker.lua). */
export const salesBoardKey = ({ window, lastDay }: WindowBoard): string =>
  `product:ranking:${[...(window === "1d" ? [] : [window]), ...(lastDay === null ? [] : [lastDay])].join(":")}`;

/** The keys of a sold-out board. The marker's hash tag is the key of the entries, so that one script may use both. */
export type SoldOutBoardKeys = {
  /** ZSET of entries. The policy's order is ascending. */
  readonly entries: string;
  /** HASH of version, policy (none: cold) and members (their number, so that a loss of members is noticed). */
  readonly marker: string;
};

export const soldOutBoardKeys = (board: Board): SoldOutBoardKeys => {
  const entries = board.name === "weekly" ? `concert:schedule:ranking:${board.week}` : "concert:schedule:ranking";
  return { entries, marker: `{${entries}}:marker` };
};

/**
 * Keys that the probe writes, one per sixteenth of the slots of a Cluster. They begin like the keys of coupons, so that
 * access rules by key permit them.
 */
const probeTags = [27, 161, 125, 74, 8, 177, 124, 62, 32, 163, 58, 61, 24, 162, 131, 60];

/** The keys that a probe writes: one on a single server, and on a Cluster enough to reach every master. */
export const probeKeys = (cluster: boolean): readonly string[] =>
  (cluster ? probeTags : probeTags.slice(0, 1)).map((tag) => `{coupon:probe:${tag}}:probe`);

/** The channels of notices, one per kind. */
export const taskNoticesChannel = "rushboard:task-notices";
export const orderNoticesChannel = "rushboard:order-notices";
export const boardNoticesChannel = "rushboard:board-notices";
