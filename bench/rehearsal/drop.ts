import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.js";
import { runVisitors } from "./visitors.js";

export type DropOptions = {
  readonly shoppers: number;
  readonly coupons: number;
  /** The share of shoppers who click twice at the same time. */
  readonly twice: number;
  /** The share of shoppers whose stream breaks once. */
  readonly reconnecting: number;
  /** The coupon's id and the prefix of the shoppers' names. With these a second drop can continue a first one. */
  readonly couponId?: string;
  readonly shopperPrefix?: string;
};

type Task = Readonly<Record<string, unknown>>;
/** What one shopper received. */
export type Visit = {
  readonly shopper: string;
  /** The status of the final response to each click. */
  readonly statuses: readonly number[];
  /** The distinct accepted tasks. */
  readonly taskIds: readonly string[];
  readonly acceptMs: number | null;
  readonly resultMs: number | null;
  readonly result: Task | null;
};
export type Drop = { readonly couponId: string; readonly visits: readonly Visit[]; readonly seconds: number };

const api = "/api/v1";
/** How long a shopper waits for a result. */
const resultTimeoutMs = 120_000;

const visitDrop = async (
  client: Client,
  couponId: string,
  shopper: string,
  isTwice: boolean,
  isReconnecting: boolean,
): Promise<Visit> => {
  const start = performance.now();
  const click = () => client.callWithRetry("POST", `${api}/coupons/${couponId}/claims`, shopper);
  const replies = await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, click));
  const statuses = replies.map(({ status }) => status);
  const accepted = replies.filter(({ status }) => status === 202 || status === 200);
  const taskIds = [...new Set(accepted.map(({ body }) => String(body.taskId)))];
  const [first] = accepted;
  if (first === undefined) return { shopper, statuses, taskIds, acceptMs: null, resultMs: null, result: null };
  const acceptMs = performance.now() - start;
  const { events } = first.body.links as { events: string };
  let result: Task | null = null;
  for (let attempts = 0; result === null && performance.now() - start < resultTimeoutMs; attempts += 1) {
    if (attempts > 1) await sleep(500);
    result = await client.follow(events, shopper, isReconnecting && attempts === 0);
  }
  return { shopper, statuses, taskIds, acceptMs, resultMs: performance.now() - start, result };
};

/** Opens a coupon, lets all shoppers claim it, and follows every accepted claim to its result. */
export const runDrop = async (
  client: Client,
  options: DropOptions,
  onProgress: (done: number) => void,
): Promise<Drop> => {
  const { couponId = `rehearsal-${randomUUID().slice(0, 8)}`, shopperPrefix = "shopper" } = options;
  const coupon = { couponId, name: "Rehearsal", quantity: options.coupons, discount: { type: "percent", value: 10 } };
  const opened = await client.callWithRetry("POST", `${api}/coupons`, "rehearsal-operator", coupon, ["admin"]);
  if (opened.status !== 201 && opened.status !== 200)
    throw new Error(`creating the coupon failed: ${opened.status} ${JSON.stringify(opened.body)}`);

  const start = performance.now();
  let done = 0;
  // Shoppers who wait for a result do not block new ones, so there may be as many of them as coupons.
  const visits = await runVisitors(options.shoppers, options.coupons, async (n) => {
    const isTwice = Math.random() < options.twice;
    const shopper = `${shopperPrefix}-${n}`;
    const visit = await visitDrop(client, couponId, shopper, isTwice, Math.random() < options.reconnecting);
    done += 1;
    onProgress(done);
    return visit;
  });
  return { couponId, visits, seconds: (performance.now() - start) / 1000 };
};
