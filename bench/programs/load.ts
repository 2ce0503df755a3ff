import { HttpConnection } from "./http-connection.js";

/** A job of the load program. */
export type Job = { readonly url: string; readonly path: string; readonly connections: number } & (
  | {
      readonly kind: "rush";
      readonly method: "GET" | "POST";
      readonly seconds: number;
      readonly first: number;
      readonly again: boolean;
    }
  | { readonly kind: "pace"; readonly seconds: number; readonly rate: number; readonly followEvery: number }
  | { readonly kind: "hold"; readonly each: number }
);
export type Answered = {
  readonly count: number;
  readonly elapsed: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** Percentiles of the response times, in ms. */
  readonly p50: number;
  readonly p99: number;
};
export type Followed = { readonly count: number; readonly elapsed: number; readonly resultsMs: readonly number[] };

type Of<K extends Job["kind"]> = Extract<Job, { kind: K }>;

/** Sends the next request on each connection as soon as the previous one is answered. */
const rush = async ({ url, method, path, connections, seconds, first, again }: Of<"rush">): Promise<Answered> => {
  const statuses: Record<number, number> = {};
  const times: number[] = [];
  let [count, next] = [0, first];
  const from = performance.now();
  const until = from + seconds * 1000;
  const click = async (n: number) => {
    const connection = await HttpConnection.open(url);
    for (let sentAt = performance.now(); sentAt < until; sentAt = performance.now()) {
      const { status } = await connection.send(method, path, again ? `again-${n}` : `shopper-${next++}`);
      statuses[status] = (statuses[status] ?? 0) + 1;
      times.push(performance.now() - sentAt);
      count += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => click(n)));
  const elapsed = (performance.now() - from) / 1000;
  times.sort((a, b) => a - b);
  const percentile = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { count, elapsed, statuses, p50: percentile(0.5), p99: percentile(0.99) };
};

/** Claims at a constant rate. Every `followEvery`-th shopper follows the claim to its result. */
const pace = async ({ url, path, connections, seconds, rate, followEvery }: Of<"pace">): Promise<Followed> => {
  const idle = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(url)));
  const resultsMs: number[] = [];
  const running = new Set<Promise<void>>();
  const from = performance.now();
  let count = 0;
  const claim = async (connection: HttpConnection, n: number) => {
    const { status, body } = await connection.send("POST", path, `paced-${n}`);
    const accepted = performance.now();
    idle.push(connection);
    if (status !== 202) throw new Error(`paced claim answered ${status} ${body}`);
    if (n % followEvery !== 0) return;
    const follower = await HttpConnection.open(url);
    await follower.until("event: settled", JSON.parse(body).links.events);
    resultsMs.push(performance.now() - accepted);
    follower.close();
  };
  while (performance.now() < from + seconds * 1000) {
    const due = Math.min(idle.length, Math.floor(((performance.now() - from) / 1000) * rate) - count);
    for (let n = 0; n < due; n += 1) {
      const run: Promise<void> = claim(idle.pop() as HttpConnection, count++).finally(() => running.delete(run));
      running.add(run);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const elapsed = (performance.now() - from) / 1000;
  await Promise.all(running);
  return { count, elapsed, resultsMs };
};

/** Opens streams of pending claims, so many a shopper, and keeps them. */
const hold = async ({ url, path, connections, each }: Of<"hold">): Promise<{ readonly held: number }> => {
  let held = 0;
  for (let shopper = 0; held < connections; shopper += 1) {
    const click = await HttpConnection.open(url);
    const { body } = await click.send("POST", path, `holder-${shopper}`);
    click.close();
    const streams = Array.from({ length: Math.min(each, connections - held) }, async () => {
      await (await HttpConnection.open(url)).until('"status":"pending"', JSON.parse(body).links.events);
    });
    await Promise.all(streams);
    held += streams.length;
  }
  return { held };
};

process.once("message", async (job: Job) => {
  if (job.kind === "rush") process.send?.(await rush(job));
  else if (job.kind === "pace") process.send?.(await pace(job));
  else process.send?.(await hold(job));
});
process.once("disconnect", () => process.exit());
