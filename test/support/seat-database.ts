import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { type ScheduleRecord, sellOutOf } from "../../src/adapters/sql/schedule-record.js";
import type { SellOut } from "../../src/domain/sold-out.js";
import type { Settings } from "./node.js";
import { ShopDatabase } from "./shop-database.js";

type SeatRow = {
  readonly reservation_id: string;
  readonly schedule_id: string;
  readonly seat_no: number;
  readonly user_id: string;
  readonly status: string;
  readonly price: number;
  readonly payment_id: string | null;
};
type BookRow = { readonly reservation_id: string; readonly captured: number; readonly refunded: number | null };

/** Reads the seats and payments in a running service's database directly. */
export class SeatDatabase {
  readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** Opens the database until the end of the test. */
  static open(settings: Settings): SeatDatabase {
    return new SeatDatabase(ShopDatabase.open(settings).db);
  }

  /** Waits until all payments have ended and all events are processed. */
  async waitUntilIdle(): Promise<void> {
    const { knex } = this.db;
    const remaining = async () =>
      Promise.all(
        [knex("payments").whereNotNull("open_state"), knex("outbox"), knex("deliveries")].map(async (rows) =>
          Number((await rows.count({ n: "*" }))[0]?.n),
        ),
      );
    await expect.poll(remaining, { interval: 200 }).toEqual([0, 0, 0]);
  }

  /** Returns all recorded sell-outs. */
  async sellOuts(): Promise<readonly SellOut[]> {
    return (await this.schedules().whereNotNull("sold_out_at")).map(sellOutOf);
  }

  /** Returns the owners of all reserved seats, each as `schedule seat shopper`. */
  async owners(): Promise<readonly string[]> {
    const reserved = await this.seats().where("status", "reserved");
    return reserved.map(({ schedule_id, seat_no, user_id }) => `${schedule_id} ${seat_no} ${user_id}`).sort();
  }

  /** Fails with a list of the broken promises of seats. */
  async expectPromises(): Promise<void> {
    expect(await this.broken()).toEqual([]);
  }

  /** Returns a line for each broken promise of seats. */
  async broken(): Promise<readonly string[]> {
    const broken: string[] = [];
    const checkEqual = (promise: string, actual: unknown, expected: unknown) => {
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        broken.push(`${promise}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
    };
    const seats = await this.seats();
    const captures = await this.capturedAmounts();
    for (const { reservation_id: id, status, price } of seats)
      checkEqual(`P2 captured for ${id}, ${status}`, captures.get(id) ?? [], status === "reserved" ? [price] : []);
    for (const schedule of await this.schedules()) {
      const own = seats.filter(({ schedule_id }) => schedule_id === schedule.schedule_id);
      const [held, reserved] = ["held", "reserved"].map((wanted) => own.filter(({ status }) => status === wanted));
      const id = schedule.schedule_id;
      const taken = [...(held ?? []), ...(reserved ?? [])].map(({ seat_no }) => seat_no);
      checkEqual(`P2 ${id}: seats with more than one owner`, taken.length - new Set(taken).size, 0);
      const counted = [schedule.held_seats, schedule.reserved_seats].map(Number);
      checkEqual(`counts of ${id}: held, reserved`, counted, [held?.length, reserved?.length]);
      checkEqual(`S1 sell-out of ${id}`, schedule.sold_out_at !== null, reserved?.length === schedule.seats);
    }
    return broken;
  }

  /** Returns the captured amounts per reservation, one per captured payment. */
  private async capturedAmounts(): Promise<ReadonlyMap<string, readonly number[]>> {
    const rows = await this.db
      .knex<BookRow>("sandbox_book")
      .join("payments", "payments.payment_id", "sandbox_book.payment_id")
      .whereNotNull("reservation_id")
      .select<BookRow[]>("reservation_id", "captured", "sandbox_book.refunded");
    const captures = new Map<string, number[]>();
    for (const { reservation_id, captured, refunded } of rows) {
      const amount = captured - (refunded ?? 0);
      if (amount !== 0) captures.set(reservation_id, [...(captures.get(reservation_id) ?? []), amount]);
    }
    return captures;
  }

  private seats() {
    return this.db.knex<SeatRow>("reservations").orderBy("reservation_id");
  }

  private schedules() {
    return this.db.knex<ScheduleRecord>("schedules").orderBy("schedule_id");
  }
}
