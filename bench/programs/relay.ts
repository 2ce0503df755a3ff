import { createConnection, escape as literal } from "mysql2/promise";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

export type RelayJob = { readonly way: "service" | "loop"; readonly url: string; readonly count: number };

const slice = 500;
/** Rows at each end of the backlog whose speeds are compared. */
const stretch = 10_000;

/** Sends nowhere, and notes when each row went. */
const sink = () => {
  const sentAt: number[] = [];
  const publish = async (events: readonly unknown[]) => {
    for (let n = 0; n < events.length; n += 1) sentAt.push(performance.now());
  };
  return { sentAt, bus: { publish } as never };
};

answerJob(async ({ way, url, count }: RelayJob) => {
  const connection = await createConnection({ uri: url });
  await connection.query("DELETE FROM outbox");
  const payload = JSON.stringify({ id: "x", type: "order.priced", at: "2026-11-21T00:00:00.000Z", data: { n: 1 } });
  for (let from = 0; from < count; from += 5000) {
    const rows = Array.from({ length: 5000 }, (_, n) => [`event-${from + n}`, payload]);
    await connection.query(`INSERT INTO outbox (event_id, payload) VALUES ${literal(rows as never)}`);
  }
  const { sentAt, bus } = sink();
  const { relayOutbox, close } = await openUseCases({ DATABASE_URL: url }, { bus });
  const byHand = async () => {
    for (;;) {
      await connection.beginTransaction();
      const [rows] = await connection.query(
        `SELECT id, payload FROM outbox WHERE claimed_until < ${Date.now()} ORDER BY id LIMIT ${slice} FOR UPDATE SKIP LOCKED`,
      );
      const claimed = rows as { readonly id: number; readonly payload: string }[];
      const ids = literal(claimed.map(({ id }) => id));
      if (claimed.length > 0)
        await connection.query(`UPDATE outbox SET claimed_until = ${Date.now() + 30_000} WHERE id IN (${ids})`);
      await connection.commit();
      if (claimed.length === 0) return;
      await (bus as { publish(events: readonly unknown[]): Promise<void> }).publish(
        claimed.map((row) => JSON.parse(row.payload)),
      );
      await connection.query(`DELETE FROM outbox WHERE id IN (${ids})`);
    }
  };
  const result = await timed(count, () => (way === "service" ? relayOutbox.execute() : byHand()));
  const took = (from: number, to: number) => (sentAt[to - 1] ?? 0) - (sentAt[from] ?? 0);
  const lastBesideFirst = took(0, stretch) / took(count - stretch, count);
  await Promise.all([close(), connection.end()]);
  return { ...result, lastBesideFirst };
});
