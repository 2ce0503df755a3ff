import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { Redis } from "ioredis";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { createPool, type ResultSetHeader } from "mysql2/promise";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import type { CouponId } from "../../src/domain/ids.js";
import { serve } from "./serve.js";

/*
 * The honest ceiling of accepting claims in Node: the promises of the service (queue under an epoch, a row under the
 * epoch's shared lock before the 202, the event, a ticket for the stream), in joint batches, without framework, routing,
 * validation, metrics, rate limit, recovery or shutdown.
 */
type Waiting = { readonly shopper: string; readonly taskId: string; readonly response: ServerResponse };

const couponId = "ceiling" as CouponId;
const { stock, queue, tasks } = couponKeys(couponId);
const joinScript = readFileSync(new URL("../../src/adapters/redis/lua/join-queue.lua", import.meta.url), "utf8");
const redis = new Redis(process.env.REDIS_URL ?? "");
redis.defineCommand("join", { numberOfKeys: 3, lua: joinScript });
const join = (redis as unknown as Record<"join", (...all: (string | number)[]) => Promise<readonly number[]>>).join;
await redis.hset(stock, { epoch: 1, quantity: 10_000_000, next: 1, members: 0 });

const pool = createPool({ uri: process.env.DATABASE_URL ?? "", connectionLimit: 2 });
await pool.query("INSERT INTO coupon_epochs (coupon_id, epoch) VALUES (?, 1)", [couponId]);
const insert = `INSERT INTO coupon_claims (task_id, coupon_id, user_id, position, status, live, created_at)
  SELECT claim.task_id, epochs.coupon_id, claim.user_id, claim.position, 'pending', 1, ?
  FROM coupon_epochs AS epochs, JSON_TABLE(?, '$[*]' COLUMNS (
    task_id VARCHAR(64) PATH '$[0]', user_id VARCHAR(128) PATH '$[1]', position INT PATH '$[2]')) AS claim
  WHERE epochs.coupon_id = ? AND epochs.epoch = ? LOCK IN SHARE MODE`;

const kafka = new Kafka({ brokers: [process.env.KAFKA_BROKERS ?? ""], logLevel: logLevel.NOTHING });
const topic = `${process.env.TOPIC_PREFIX}ceiling`;
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
await admin.disconnect();
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();

/** Events of the last 20 ms, in messages of at most 250. */
let events: object[] = [];
const send = () => {
  const batch = events;
  events = [];
  const messages: { key: string; value: string }[] = [];
  for (let from = 0; from < batch.length; from += 250)
    messages.push({ key: couponId, value: JSON.stringify(batch.slice(from, from + 250)) });
  producer.send({ topic, acks: -1, messages }).catch(() => {});
};

const ticketKey = randomBytes(32);
const ticketFor = (taskId: string, shopper: string): string => {
  const expiry = (Math.floor(Date.now() / 1000) + 3600).toString(36);
  const mac = createHmac("sha256", ticketKey).update(`taskId\n${taskId}\n${shopper}\n${expiry}`).digest("base64url");
  return `${expiry}.${Buffer.from(shopper, "latin1").toString("base64url")}.${mac}`;
};

const respond = (response: ServerResponse, status: number, body: string, location: string): void => {
  response.writeHead(status, [
    ...["Content-Type", "application/json; charset=utf-8", "Location", location],
    ...["Retry-After", "1", "Content-Length", String(Buffer.byteLength(body))],
  ]);
  response.end(body);
};

const accept = ({ taskId, shopper, response }: Waiting, position: number): void => {
  const self = `/api/v1/tasks/${taskId}`;
  const stream = `${self}/events?ticket=${ticketFor(taskId, shopper)}`;
  const links = `{"self":"${self}","events":"${stream}"}`;
  const task = `"taskId":"${taskId}","couponId":"${couponId}","status":"pending","position":${position}`;
  respond(response, 202, `{${task},"links":${links}}`, self);
};

const admit = async (batch: readonly Waiting[]): Promise<void> => {
  const args = batch.flatMap(({ shopper, taskId }) => [shopper, taskId]);
  const [epoch = 0, ...positions] = await join.call(redis, stock, queue, tasks, 1, ...args);
  const rows = batch.map(({ taskId, shopper }, index) => [taskId, shopper, positions[index]]);
  const values = [Date.now(), JSON.stringify(rows), couponId, epoch];
  const [{ affectedRows }] = await pool.query<ResultSetHeader>(insert, values);
  if (affectedRows !== batch.length) throw new Error("rows were refused");
  if (events.length === 0) setTimeout(send, 20);
  const time = new Date().toISOString();
  for (const [index, waiting] of batch.entries()) {
    const position = positions[index] as number;
    const { taskId, shopper: userId } = waiting;
    events.push({ id: `coupon.requested:${taskId}`, time, data: { taskId, couponId, userId, position } });
    accept(waiting, position);
  }
};

const waiting: Waiting[] = [];
let inFlight = 0;
let scheduled = false;
const schedule = () => {
  if (scheduled || waiting.length === 0 || inFlight >= 2) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    const batch = waiting.splice(0, 200);
    inFlight += 1;
    admit(batch)
      .catch(() => {
        for (const { response } of batch) respond(response, 503, "", "");
      })
      .finally(() => {
        inFlight -= 1;
        schedule();
      });
    schedule();
  });
};

serve(
  createServer((request, response) => {
    if (request.method === "GET") return response.end();
    waiting.push({ shopper: request.headers["x-user-id"] as string, taskId: randomUUID(), response });
    schedule();
  }),
);
