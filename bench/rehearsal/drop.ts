import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.js";
import { letIn } from "./crowd.js";

export type DropOptions = {
  readonly shoppers: number;
  readonly coupons: number;
  /** Shares of the shoppers who click twice at once, and whose stream breaks once. */
  readonly twice: number;
  readonly reconnecting: number;
  /** Of the coupon, and before each shopper's number; by these a drop goes on where another has ended. */
  readonly couponId?: string;
  readonly shopperPrefix?: string;
};

type Task = Readonly<Record<string, unknown>>;
/** What one shopper met. */
export type Visit = {
  readonly shopper: string;
  /** Statuses of the final answers to each click. */
  readonly answers: readonly number[];
  /** Distinct tasks that were accepted. */
  readonly taskIds: readonly string[];
  readonly acceptMs: number | null;
  readonly resultMs: number | null;
  readonly result: Task | null;
};
export type Drop = { readonly couponId: string; readonly visits: readonly Visit[]; readonly seconds: number };

const api = "/api/v1";
/** How long a shopper waits for a result. */
const patienceMs = 120_000;

const visit = async (
  client: Client,
  couponId: string,
  shopper: string,
  twice: boolean,
  reconnecting: boolean,
): Promise<Visit> => {
  const from = performance.now();
  const click = () => client.insist("POST", `${api}/coupons/${couponId}/claims`, shopper);
  const replies = await Promise.all(Array.from({ length: twice ? 2 : 1 }, click));
  const answers = replies.map(({ status }) => status);
  const accepted = replies.filter(({ status }) => status === 202 || status === 200);
  const taskIds = [...new Set(accepted.map(({ body }) => String(body.taskId)))];
  const [first] = accepted;
  if (first === undefined) return { shopper, answers, taskIds, acceptMs: null, resultMs: null, result: null };
  const acceptMs = performance.now() - from;
  const { events } = first.body.links as { events: string };
  let result: Task | null = null;
  for (let tries = 0; result === null && performance.now() - from < patienceMs; tries += 1) {
    if (tries > 1) await pause(500);
    result = await client.follow(events, shopper, reconnecting && tries === 0);
  }
  return { shopper, answers, taskIds, acceptMs, resultMs: performance.now() - from, result };
};

/** Opens a coupon and lets the shoppers rush it; every accepted claim is followed to its end. */
export const runDrop = async (
  client: Client,
  options: DropOptions,
  progress: (done: number) => void,
): Promise<Drop> => {
  const { couponId = `rehearsal-${randomUUID().slice(0, 8)}`, shopperPrefix = "shopper" } = options;
  const coupon = { couponId, name: "Rehearsal", quantity: options.coupons, discount: { type: "percent", value: 10 } };
  const opened = await client.call("POST", `${api}/coupons`, "rehearsal-operator", coupon, ["admin"]);
  if (opened.status !== 201 && opened.status !== 200)
    throw new Error(`opening the coupon answered ${opened.status} ${JSON.stringify(opened.body)}`);

  const from = performance.now();
  let done = 0;
  // Followers wait for results that others' claims do not depend on, so they do not count as the crowd at the door.
  const visits = await letIn(options.shoppers, options.coupons, async (n) => {
    const twice = Math.random() < options.twice;
    const shopper = `${shopperPrefix}-${n}`;
    const seen = await visit(client, couponId, shopper, twice, Math.random() < options.reconnecting);
    done += 1;
    progress(done);
    return seen;
  });
  return { couponId, visits, seconds: (performance.now() - from) / 1000 };
};
