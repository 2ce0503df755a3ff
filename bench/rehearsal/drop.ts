import { randomUUID } from "node:crypto";
import type { Client, Reply } from "./client.js";

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
/** How long a shopper keeps trying where the service says "later", and waits for a result. */
const patienceMs = 60_000;
const crowd = 256;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Claims until the answer is final: 503, 429 and broken connections are tried again, as a front end would. */
const click = async (client: Client, couponId: string, shopper: string): Promise<Reply> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const reply = await client.call("POST", `${api}/coupons/${couponId}/claims`, shopper).catch(() => null);
    if (reply !== null && reply.status !== 503 && reply.status !== 429) return reply;
    if (Date.now() > deadline) return reply ?? { status: 0, body: {}, retryAfterMs: 0 };
    await pause(Math.min(reply?.retryAfterMs ?? 1000, 1000) * (0.5 + Math.random() / 2));
  }
};

const visit = async (
  client: Client,
  couponId: string,
  shopper: string,
  twice: boolean,
  reconnecting: boolean,
): Promise<Visit> => {
  const from = performance.now();
  const replies = await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => click(client, couponId, shopper)));
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

  const visits: Visit[] = [];
  const running = new Set<Promise<unknown>>();
  const from = performance.now();
  let done = 0;
  for (let n = 0; n < options.shoppers; n += 1) {
    const run = visit(
      client,
      couponId,
      `${shopperPrefix}-${n}`,
      Math.random() < options.twice,
      Math.random() < options.reconnecting,
    )
      .then((seen) => {
        visits.push(seen);
        done += 1;
        progress(done);
      })
      .finally(() => running.delete(run));
    running.add(run);
    // Followers wait for results that others' claims do not depend on, so they do not count as the crowd at the door.
    if (running.size >= crowd + options.coupons) await Promise.race(running);
    else if (running.size % crowd === 0) await new Promise(setImmediate);
  }
  await Promise.all(running);
  return { couponId, visits, seconds: (performance.now() - from) / 1000 };
};
