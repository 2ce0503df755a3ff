import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import { entryOf, type ScorePolicy } from "../../src/domain/sold-out-score.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";

const policy: ScorePolicy = "tiered";
const reads = 300;
const seats = 50_000;
const fewSellOuts = 1000;
const manySellOuts = Number(process.env.BENCH_SELL_OUTS ?? 1_000_000);

/** Schedules that are sold out and rated, a minute apart. */
const addSellOuts = async (connection: Connection, from: number, to: number): Promise<void> => {
  const columns =
    "schedule_id, concert_id, starts_at, sales_open_at, seats, price, reserved_seats, created_at, sold_out_at, " +
    "sold_out_week, score_policy, score, score_member";
  for (let at = from; at < to; at += 5000) {
    const rows = Array.from({ length: Math.min(5000, to - at) }, (_, n) => {
      const scheduleId = `hall-${at + n}`;
      const salesOpenAt = 1_700_000_000_000 + (at + n) * 60_000;
      const soldOutAt = salesOpenAt + 1000 + (((at + n) * 7919) % 3_600_000);
      const sellOut = { concertId: "tour", scheduleId, seats: 500, salesOpenAt, soldOutAt };
      const { score, member } = entryOf(policy, sellOut as never);
      const times = [salesOpenAt, salesOpenAt, 500, 1000, 500, salesOpenAt, soldOutAt];
      return [scheduleId, "tour", ...times, "2026-W01", policy, score, member];
    });
    await connection.query(`INSERT INTO schedules (${columns}) VALUES ${literal(rows as never)}`);
  }
};

const medianMs = async (
  paths: readonly string[],
  url: URL,
): Promise<{ readonly ms: number; readonly bytes: number }> => {
  const took: number[] = [];
  let bytes = 0;
  for (const [n, path] of paths.entries()) {
    const from = performance.now();
    const body = await (await fetch(new URL(path, url))).arrayBuffer();
    took.push(performance.now() - from);
    bytes = body.byteLength;
    // So that nothing asked for twice is answered from what was made before.
    if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 600));
  }
  return { ms: took.sort((a, b) => a - b)[Math.floor(paths.length / 2)] ?? Number.NaN, bytes };
};

/** Reading the sold-out board by number of sell-outs, and the seats of a large schedule. */
export const concerts: Measurement = async (backends) => {
  const settings = await backends.settings("halls");
  const connection = await createConnection({ uri: settings.DATABASE_URL });
  await connection.query("INSERT INTO concerts (concert_id, title, created_at) VALUES ('tour', 'The tour', 1)");
  await addSellOuts(connection, 0, fewSellOuts);
  await connection.query(
    `INSERT INTO schedules (schedule_id, concert_id, starts_at, sales_open_at, seats, price, held_seats, created_at)
     VALUES ('great', 'tour', 1, 1, ${seats}, 1000, ${seats / 2}, 1)`,
  );
  const due = Date.now() + 9_000_000;
  for (let from = 0; from < seats; from += 5000) {
    const rows = Array.from({ length: 2500 }, (_, n) => from + 2 * n + 1).map((seatNo) => {
      return [`great-${seatNo}`, "great", seatNo, "kim", "held", 1000, due, 1, due];
    });
    const columns = "reservation_id, schedule_id, seat_no, user_id, status, price, expires_at, live, due_at";
    await connection.query(`INSERT INTO reservations (${columns}) VALUES ${literal(rows as never)}`);
  }
  const service = await startService(settings);
  const board = Array.from(
    { length: reads },
    (_, n) => `/api/v1/rankings/sold-out?board=fastest&limit=${1 + (n % 50)}`,
  );
  const few = await medianMs(board, service.url);
  const page = await medianMs(Array(50).fill("/api/v1/schedules/great/seats?limit=1000"), service.url);
  const counts = await medianMs(Array(50).fill("/api/v1/schedules/great"), service.url);
  await addSellOuts(connection, fewSellOuts, manySellOuts);
  const rebuild = new URL("/api/v1/admin/rankings/rebuild", service.url);
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"board":"fastest"}' };
  await (await fetch(rebuild, asked)).arrayBuffer();
  const many = await medianMs(board, service.url);
  await service.stop();
  await connection.end();
  return [
    { what: "concerts: the board of 1,000 sell-outs", value: `${few.ms.toFixed(2)} ms`, target: "" },
    {
      what: `concerts: the board of ${manySellOuts.toLocaleString("en")} sell-outs`,
      value: `${many.ms.toFixed(2)} ms`,
      target: "",
    },
    atMost("concerts: many sell-outs versus few", many.ms / few.ms, 1.3),
    {
      what: `concerts: 1,000 of ${seats.toLocaleString("en")} seats, half of them held`,
      value: `${page.ms.toFixed(2)} ms, ${(page.bytes / 1024).toFixed(0)} KiB`,
      target: "",
    },
    { what: "concerts: counts of that schedule", value: `${counts.ms.toFixed(2)} ms`, target: "" },
  ];
};
