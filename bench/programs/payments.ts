import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import type { IdempotencyKey, ReservationId, UserId } from "../../src/domain/ids.js";
import type { Money } from "../../src/domain/money.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

/** Pays `warmup` seats of a schedule, and then measures the payments of its last `count` seats. */
export type PaymentsJob = {
  readonly way: "service" | "bare";
  readonly url: string;
  readonly run: string;
  readonly seats: number;
  readonly warmup: number;
  readonly count: number;
};

const insert = async (connection: Connection, table: string, columns: string, rows: readonly unknown[][]) => {
  for (let from = 0; from < rows.length; from += 2000)
    await connection.query(
      `INSERT INTO ${table} (${columns}) VALUES ${literal(rows.slice(from, from + 2000) as never)}`,
    );
};

/** A schedule whose seats are paid but for the last ones, which are held. */
const seed = async (connection: Connection, { run, seats, warmup, count }: PaymentsJob): Promise<readonly string[]> => {
  const now = Date.now();
  const open = warmup + count;
  await connection.query(
    `INSERT INTO schedules
       (schedule_id, concert_id, starts_at, sales_open_at, seats, price, held_seats, reserved_seats, created_at)
     VALUES (?, 'concert', ?, ?, ?, 1000, ?, ?, ?)`,
    [run, now, now - 60_000, seats, open, seats - open, now],
  );
  const rows = Array.from({ length: seats }, (_, n) => {
    const isHeld = n >= seats - open;
    return [
      ...[`${run}-${n}`, run, n + 1, "kim", isHeld ? "held" : "reserved", 1000, null, isHeld ? null : "paid"],
      ...[now + 9_000_000, 1, isHeld ? now + 9_000_000 : null],
    ];
  });
  const columns =
    "reservation_id, schedule_id, seat_no, user_id, status, price, open_payment_id, payment_id, expires_at, live, due_at";
  await insert(connection, "reservations", columns, rows);
  return rows.slice(seats - open).map(([id]) => id as string);
};

/** Runs the plain statements of a payment: two transactions on one connection, without decisions. */
const payByPlainStatements = async (connection: Connection, run: string, id: string) => {
  const now = Date.now();
  const payment = `pay-${id}`;
  await connection.beginTransaction();
  await connection.query(`SELECT * FROM reservations WHERE reservation_id = '${id}' FOR UPDATE`);
  await connection.query(`SELECT * FROM payments WHERE user_id = 'kim' AND idempotency_key = '${id}'`);
  await connection.query(
    `UPDATE reservations SET open_payment_id = '${payment}', due_at = NULL WHERE reservation_id = '${id}'`,
  );
  await connection.query(
    `INSERT INTO payments
       (payment_id, user_id, idempotency_key, reservation_id, amount, method, status, opened_at, open_state)
     VALUES ('${payment}', 'kim', '${id}', '${id}', 1000, 'sandbox-ok', 'pending', ${now}, 'charge')`,
  );
  await connection.commit();
  await connection.query(`SELECT * FROM payments WHERE payment_id = '${payment}'`);
  await connection.beginTransaction();
  await connection.query(`SELECT * FROM reservations WHERE reservation_id = '${id}' FOR UPDATE`);
  await connection.query(`SELECT * FROM payments WHERE payment_id = '${payment}' FOR UPDATE`);
  await connection.query(`UPDATE payments SET status = 'succeeded', open_state = NULL WHERE payment_id = '${payment}'`);
  await connection.query(
    `UPDATE reservations SET status = 'reserved', open_payment_id = NULL, payment_id = '${payment}' WHERE reservation_id = '${id}'`,
  );
  const event = JSON.stringify({ id: payment, type: "payment.confirmed", at: now, data: { paymentId: payment } });
  await connection.query(`INSERT INTO outbox (event_id, payload) VALUES ('${payment}', ${literal(event)})`);
  await connection.query(
    `UPDATE schedules SET held_seats = held_seats - 1, reserved_seats = reserved_seats + 1 WHERE schedule_id = '${run}'`,
  );
  await connection.query(
    `SELECT schedule_id FROM schedules WHERE schedule_id = '${run}' AND sold_out_at IS NULL AND reserved_seats = seats`,
  );
  await connection.commit();
};

answerJob(async (job: PaymentsJob) => {
  const connection = await createConnection({ uri: job.url });
  const ids = await seed(connection, job);
  const { startPayment, closePayment, close } = await openUseCases({ DATABASE_URL: job.url });
  const pay = async (id: string) => {
    const { payment } = await startPayment.execute({
      userId: "kim" as UserId,
      key: id as IdempotencyKey,
      subject: { kind: "reservation", reservationId: id as ReservationId },
      amount: 1000 as Money,
      method: "sandbox-ok",
    });
    await closePayment.execute(payment, "captured");
  };
  const payAll = async (of: readonly string[]) => {
    for (const id of of) await (job.way === "service" ? pay(id) : payByPlainStatements(connection, job.run, id));
  };
  await payAll(ids.slice(0, job.warmup));
  const result = await timed(job.count, () => payAll(ids.slice(job.warmup)));
  const [rows] = await connection.query("SELECT sold_out_at FROM schedules WHERE schedule_id = ?", [job.run]);
  if (job.way === "service" && (rows as { sold_out_at: unknown }[])[0]?.sold_out_at === null)
    throw new Error("the schedule did not sell out");
  await Promise.all([close(), connection.end()]);
  return result;
});
