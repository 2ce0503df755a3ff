import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import { createEvent, type EventOf } from "../../src/domain/event.js";
import type { CouponId, TaskId, UserId } from "../../src/domain/ids.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

export type SettleJob = {
  readonly way: "service" | "batches" | "rows";
  readonly url: string;
  readonly couponId: string;
  readonly count: number;
};

const slice = 500;
type Requested = EventOf<"coupon.reserved">;

const requestsOf = ({ couponId, count }: SettleJob): readonly Requested[] =>
  Array.from({ length: count }, (_, n) =>
    createEvent(
      "coupon.reserved",
      {
        taskId: `${couponId}-${n}` as TaskId,
        couponId: couponId as CouponId,
        userId: `shopper-${n}` as UserId,
        position: n + 1,
      },
      Date.now() as never,
    ),
  );

const seed = async (connection: Connection, { couponId, count }: SettleJob, requests: readonly Requested[]) => {
  await connection.query(
    "INSERT INTO coupons (coupon_id, name, quantity, discount_type, discount_value, created_at) VALUES ?",
    [[[couponId, "Drain", count, "percent", 10, Date.now()]]],
  );
  for (let from = 0; from < count; from += 2000) {
    const rows = requests
      .slice(from, from + 2000)
      .map(({ data }) => [data.taskId, couponId, data.userId, data.position, "pending", 1, Date.now()]);
    const columns = "task_id, coupon_id, user_id, position, status, live, created_at";
    await connection.query(`INSERT INTO coupon_claims (${columns}) VALUES ${literal(rows as never)}`);
  }
};

/** Writes the rows of a settlement with plain statements, without checking whether they are due. */
const writeBatch = async (connection: Connection, couponId: string, batch: readonly Requested[]) => {
  const now = Date.now();
  const coupons = batch.map(({ data }) => [data.taskId, couponId, data.userId, data.position, "issued", now]);
  const outbox = batch.map((event) => [`issued:${event.data.taskId}`, JSON.stringify(event)]);
  const tasks = batch.map(({ data }) => data.taskId);
  await connection.beginTransaction();
  await connection.query(
    `UPDATE coupons SET issued = issued + ${batch.length}
     WHERE coupon_id = ${literal(couponId)} AND issued + ${batch.length} <= quantity`,
  );
  await connection.query(
    `UPDATE coupon_claims SET status = 'issued', settled_at = ${now}
     WHERE task_id IN (${literal(tasks)}) AND status = 'pending'`,
  );
  await connection.query(
    `INSERT INTO user_coupons (user_coupon_id, coupon_id, user_id, position, status, issued_at)
     VALUES ${literal(coupons as never)}`,
  );
  await connection.query(`INSERT INTO outbox (event_id, payload) VALUES ${literal(outbox as never)}`);
  await connection.commit();
};

const inSlices = async (
  requests: readonly Requested[],
  size: number,
  settle: (batch: readonly Requested[]) => Promise<void>,
): Promise<void> => {
  for (let from = 0; from < requests.length; from += size) await settle(requests.slice(from, from + size));
};

answerJob(async (job: SettleJob) => {
  const connection = await createConnection({ uri: job.url });
  const requests = requestsOf(job);
  await seed(connection, job, requests);
  const { settleClaims, close } = await openUseCases({ DATABASE_URL: job.url });
  const byHand = (batch: readonly Requested[]) => writeBatch(connection, job.couponId, batch);
  const result = await timed(job.count, () =>
    job.way === "service"
      ? inSlices(requests, slice, (batch) => settleClaims.execute(batch))
      : inSlices(requests, job.way === "batches" ? slice : 1, byHand),
  );
  await Promise.all([close(), connection.end()]);
  return result;
});
