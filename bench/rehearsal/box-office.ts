import { randomUUID } from "node:crypto";
import type { Client, Reply } from "./client.js";

export type SeatStatus = "available" | "held" | "reserved";
/** A sell-out in a board or in the history. */
export type SoldOut = {
  readonly rank: number;
  readonly scheduleId: string;
  readonly title: string;
  readonly seats: number;
  readonly soldOutAt: string;
  readonly elapsedMs: number;
};
/** A schedule as the API returns it. */
export type Counts = {
  readonly total: number;
  readonly available: number;
  readonly held: number;
  readonly reserved: number;
  readonly salesOpenAt: string;
  readonly soldOutAt?: string;
};
export type ScheduleOptions = { readonly title: string; readonly seats: number; readonly opensInMs: number };

const api = "/api/v1";
const operator = "rehearsal-operator";
const price = 55_000;
const hundredDaysMs = 100 * 86_400_000;

const bodyOf = ({ status, body }: Reply, path: string): Reply["body"] => {
  if (status !== 200 && status !== 201) throw new Error(`${path} returned ${status} ${JSON.stringify(body)}`);
  return body;
};

/** A client for one schedule of a concert. */
export class BoxOffice {
  readonly scheduleId: string;
  private readonly client: Client;

  private constructor(client: Client, scheduleId: string) {
    this.client = client;
    this.scheduleId = scheduleId;
  }

  /** Adds a concert with one schedule whose sale opens in `opensInMs`. */
  static async open(client: Client, { title, seats, opensInMs }: ScheduleOptions): Promise<BoxOffice> {
    const id = randomUUID();
    const add = async (path: string, body: object) =>
      bodyOf(await client.callWithRetry("POST", api + path, operator, body, ["admin"]), path);
    await add("/concerts", { concertId: id, title });
    const salesOpenAt = new Date(Date.now() + opensInMs);
    const startsAt = new Date(salesOpenAt.getTime() + hundredDaysMs);
    await add(`/concerts/${id}/schedules`, { scheduleId: id, startsAt, salesOpenAt, seats, price });
    return new BoxOffice(client, id);
  }

  hold(shopper: string, seatNo: number): Promise<Reply> {
    return this.client.callWithRetry("POST", `${api}/schedules/${this.scheduleId}/reservations`, shopper, { seatNo });
  }

  giveBack(shopper: string, reservationId: string): Promise<Reply> {
    return this.client.callWithRetry("DELETE", `${api}/reservations/${reservationId}`, shopper);
  }

  reservation(shopper: string, reservationId: string): Promise<Reply> {
    return this.client.callWithRetry("GET", `${api}/reservations/${reservationId}`, shopper);
  }

  /** Starts a payment for a seat with an idempotency key. */
  pay(shopper: string, reservationId: string, key: string, paymentMethod = "sandbox-ok"): Promise<Reply> {
    const body = { reservationId, amount: price, paymentMethod };
    return this.client.callWithRetry("POST", `${api}/payments`, shopper, body, [], { "idempotency-key": key });
  }

  payment(shopper: string, paymentId: string): Promise<Reply> {
    return this.client.callWithRetry("GET", `${api}/payments/${paymentId}`, shopper);
  }

  async counts(): Promise<Counts> {
    return (await this.read(`/schedules/${this.scheduleId}`)) as Counts;
  }

  /** Returns the status of every seat, in order of seat numbers. */
  async seats(): Promise<readonly SeatStatus[]> {
    return (await this.readAll<{ status: SeatStatus }>(`/schedules/${this.scheduleId}/seats?limit=1000`)).map(
      ({ status }) => status,
    );
  }

  async board(name: "fastest" | "weekly"): Promise<readonly SoldOut[]> {
    return (await this.read(`/rankings/sold-out?board=${name}&limit=50`)).items as readonly SoldOut[];
  }

  /** Returns all sell-outs since `from`, of any schedule. */
  history(from: string): Promise<readonly SoldOut[]> {
    return this.readAll(`/rankings/sold-out/history?from=${from}&limit=200`);
  }

  /** Whether a sell-out belongs to this schedule. */
  readonly isOwn = ({ scheduleId }: SoldOut): boolean => scheduleId === this.scheduleId;

  private async read(path: string): Promise<Reply["body"]> {
    return bodyOf(await this.client.callWithRetry("GET", api + path, operator), path);
  }

  private async readAll<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    for (let cursor = ""; ; ) {
      const page = await this.read(path + cursor);
      items.push(...(page.items as readonly T[]));
      if (page.nextCursor === null) return items;
      cursor = `&cursor=${page.nextCursor}`;
    }
  }
}
