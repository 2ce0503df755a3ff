import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BoxOffice } from "../../bench/rehearsal/box-office.js";
import { profiles, startNode } from "../support/node.js";
import { SeatDatabase } from "../support/seat-database.js";
import { SeededRandom } from "../support/seeded-random.js";
import { sizeOf } from "../support/test-size.js";

const seats = sizeOf({ short: 20, long: 100 });
const concurrency = 20;

const isOpen = (status: unknown) => status === "pending" || status === "unknown";

/** Pays and returns the final status of the payment, or `rejected` if it did not start. */
const payAndWait = async (office: BoxOffice, shopper: string, reservationId: unknown, method: string) => {
  const { body } = await office.pay(shopper, String(reservationId), `pay-${reservationId}`, method);
  if (body.paymentId === undefined) return "rejected";
  for (let { status } = body; ; { status } = (await office.payment(shopper, String(body.paymentId))).body) {
    if (!isOpen(status)) return String(status);
    await sleep(100);
  }
};

describe.each(profiles)("holds that expire while they are paid, $name", ({ live, settings: createSettings }) => {
  // Proves: P2
  it.skipIf(!live)(`each of ${seats} seats has one owner, and only the owner is charged`, async () => {
    const settings = { ...(await createSettings()), HOLD_TTL_SECONDS: "1" };
    const { client } = await startNode(settings);
    const office = await BoxOffice.open(client, { title: "Short holds", seats, opensInMs: 0 });
    const random = new SeededRandom(5);

    /** The first holder pays `aheadMs` before the expiry. The second one holds the seat after it and pays immediately. */
    const race = async (seatNo: number, aheadMs: number, method: string) => {
      const held = await office.hold(`early-${seatNo}`, seatNo);
      expect(held.status).toBe(201);
      const { reservationId, expiresAt } = held.body;
      const expiry = Date.parse(String(expiresAt));
      let isEarlyOwner: boolean | undefined;
      const payEarly = async () => {
        await sleep(expiry - Date.now() - aheadMs);
        isEarlyOwner = (await payAndWait(office, `early-${seatNo}`, reservationId, method)) === "succeeded";
      };
      const buyLate = async (): Promise<boolean> => {
        const shopper = `late-${seatNo}`;
        await sleep(expiry - Date.now() - 30);
        for (;;) {
          const { status, body } = await office.hold(shopper, seatNo);
          if (status < 300 && (await payAndWait(office, shopper, body.reservationId, "sandbox-ok")) === "succeeded")
            return true;
          if (isEarlyOwner) return false;
          await sleep(100);
        }
      };
      const [, isLateOwner] = await Promise.all([payEarly(), buyLate()]);
      return { seatNo, owners: [...(isEarlyOwner ? ["early"] : []), ...(isLateOwner ? ["late"] : [])] };
    };

    const results: Awaited<ReturnType<typeof race>>[] = [];
    for (let done = 0; done < seats; done += concurrency)
      results.push(
        ...(await Promise.all(
          Array.from({ length: concurrency }, (_, n) => {
            // In each round the first payment is surely in time and the second one is surely late.
            const aheadMs = n === 0 ? 900 : n === 1 ? -300 : random.below(200) - 50;
            return race(done + n + 1, aheadMs, n % 10 === 2 ? "sandbox-slow" : "sandbox-ok");
          }),
        )),
      );
    expect(results.filter(({ owners }) => owners.length !== 1)).toEqual([]);
    expect(new Set(results.map(({ owners }) => owners[0]))).toEqual(new Set(["early", "late"]));

    const database = SeatDatabase.open(settings);
    await database.waitUntilIdle();
    await database.expectPromises();
    const owners = results.map(({ seatNo, owners: [owner] }) => `${office.scheduleId} ${seatNo} ${owner}-${seatNo}`);
    expect(await database.owners()).toEqual(owners.sort());
    expect(await database.sellOuts()).toHaveLength(1);
  });
});
