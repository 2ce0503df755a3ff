import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { type ScheduleRecord, sellOutOf } from "../../src/adapters/sql/schedule-record.js";
import type { SellOut } from "../../src/domain/sold-out.js";
import { Account } from "./account.js";
import type { Settings } from "./node.js";

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

/** What a running service's own rows say of its seats and their money, read past the service. */
export class SeatAccount {
  readonly db: Database;

  private constructor(db: Database) {
    this.db = db;
  }

  /** Opens it, until the test has finished. */
  static open(settings: Settings): SeatAccount {
    return new SeatAccount(Account.open(settings).db);
  }

  /** Resolves once every payment has ended and every event has been reacted to. */
  async quiet(): Promise<void> {
    const { knex } = this.db;
    const left = async () =>
      Promise.all(
        [knex("payments").whereNotNull("open_state"), knex("outbox"), knex("deliveries")].map(async (rows) =>
          Number((await rows.count({ n: "*" }))[0]?.n),
        ),
      );
    await expect.poll(left, { interval: 200 }).toEqual([0, 0, 0]);
  }

  /** Every sell-out that is recorded. */
  async sellOuts(): Promise<readonly SellOut[]> {
    return (await this.schedules().whereNotNull("sold_out_at")).map(sellOutOf);
  }

  /** Who has which seat for good, `schedule seat shopper` of each. */
  async owners(): Promise<readonly string[]> {
    const reserved = await this.seats().where("status", "reserved");
    return reserved.map(({ schedule_id, seat_no, user_id }) => `${schedule_id} ${seat_no} ${user_id}`).sort();
  }

  /** Fails with every promise of seats that the rows break. */
  async expectPromises(): Promise<void> {
    expect(await this.broken()).toEqual([]);
  }

  /** Every promise of seats that the rows break, a line each. */
  async broken(): Promise<readonly string[]> {
    const broken: string[] = [];
    const equal = (promise: string, is: unknown, should: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(should))
        broken.push(`${promise}: ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`);
    };
    const seats = await this.seats();
    const kept = await this.moneyKept();
    for (const { reservation_id: id, status, price } of seats)
      equal(`P2 money kept for ${id}, ${status}`, kept.get(id) ?? [], status === "reserved" ? [price] : []);
    for (const schedule of await this.schedules()) {
      const mine = seats.filter(({ schedule_id }) => schedule_id === schedule.schedule_id);
      const [held, reserved] = ["held", "reserved"].map((wanted) => mine.filter(({ status }) => status === wanted));
      const id = schedule.schedule_id;
      const taken = [...(held ?? []), ...(reserved ?? [])].map(({ seat_no }) => seat_no);
      equal(`P2 ${id}: seats with more than one owner`, taken.length - new Set(taken).size, 0);
      const counted = [schedule.held_seats, schedule.reserved_seats].map(Number);
      equal(`${id} held, reserved`, counted, [held?.length, reserved?.length]);
      equal(`S1 ${id} is sold out`, schedule.sold_out_at !== null, reserved?.length === schedule.seats);
    }
    return broken;
  }

  /** What the provider keeps of each reservation, by each payment of it that was captured. */
  private async moneyKept(): Promise<ReadonlyMap<string, readonly number[]>> {
    const rows = await this.db
      .knex<BookRow>("sandbox_book")
      .join("payments", "payments.payment_id", "sandbox_book.payment_id")
      .whereNotNull("reservation_id")
      .select<BookRow[]>("reservation_id", "captured", "refunded");
    const kept = new Map<string, number[]>();
    for (const { reservation_id, captured, refunded } of rows) {
      const amount = captured - (refunded ?? 0);
      if (amount !== 0) kept.set(reservation_id, [...(kept.get(reservation_id) ?? []), amount]);
    }
    return kept;
  }

  private seats() {
    return this.db.knex<SeatRow>("reservations").orderBy("reservation_id");
  }

  private schedules() {
    return this.db.knex<ScheduleRecord>("schedules").orderBy("schedule_id");
  }
}
