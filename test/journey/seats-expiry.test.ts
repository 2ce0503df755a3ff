import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BoxOffice } from "../../bench/rehearsal/box-office.js";
import { profiles, startNode } from "../support/node.js";
import { SeatAccount } from "../support/seat-account.js";
import { SeededRandom } from "../support/seeded-random.js";
import { sizeOf } from "../support/test-size.js";

const seats = sizeOf({ short: 20, long: 100 });
const atOnce = 20;

const isOpen = (status: unknown) => status === "pending" || status === "unknown";

/** Pays, and answers how that ended; `refused` where it did not begin. */
const paid = async (office: BoxOffice, shopper: string, reservationId: unknown, method: string): Promise<string> => {
  const { body } = await office.pay(shopper, String(reservationId), `pay-${reservationId}`, method);
  if (body.paymentId === undefined) return "refused";
  for (let { status } = body; ; { status } = (await office.payment(shopper, String(body.paymentId))).body) {
    if (!isOpen(status)) return String(status);
    await sleep(100);
  }
};

describe.each(profiles)("a hold that ends while it is paid, $name", ({ live, settings: prepare }) => {
  // Proves: P2
  it.skipIf(!live)(`${seats} times: one owner a seat, and money only for it`, async () => {
    const settings = { ...(await prepare()), HOLD_TTL_SECONDS: "1" };
    const { client } = await startNode(settings);
    const office = await BoxOffice.open(client, { title: "Brief holds", seats, opensInMs: 0 });
    const random = new SeededRandom(5);

    /** The first holder pays at about the instant at which the seat becomes free for the second, who pays at once. */
    const race = async (seatNo: number, aheadMs: number, method: string) => {
      const held = await office.hold(`early-${seatNo}`, seatNo);
      expect(held.status).toBe(201);
      const { reservationId, expiresAt } = held.body;
      const over = Date.parse(String(expiresAt));
      let isFirst: boolean | undefined;
      const early = async () => {
        await sleep(over - Date.now() - aheadMs);
        isFirst = (await paid(office, `early-${seatNo}`, reservationId, method)) === "succeeded";
      };
      const late = async (): Promise<boolean> => {
        await sleep(over - Date.now() - 30);
        for (;;) {
          const { status, body } = await office.hold(`late-${seatNo}`, seatNo);
          if (status < 300 && (await paid(office, `late-${seatNo}`, body.reservationId, "sandbox-ok")) === "succeeded")
            return true;
          if (isFirst) return false;
          await sleep(20);
        }
      };
      const [, isSecond] = await Promise.all([early(), late()]);
      return { seatNo, owners: [...(isFirst ? ["early"] : []), ...(isSecond ? ["late"] : [])] };
    };

    const races: Awaited<ReturnType<typeof race>>[] = [];
    for (let done = 0; done < seats; done += atOnce)
      races.push(
        ...(await Promise.all(
          Array.from({ length: atOnce }, (_, n) => {
            // The first and the last of each round are far from the instant: one is in time, one is not.
            const aheadMs = n === 0 ? 900 : n === 1 ? -300 : random.below(200) - 50;
            return race(done + n + 1, aheadMs, n % 10 === 2 ? "sandbox-slow" : "sandbox-ok");
          }),
        )),
      );
    expect(races.filter(({ owners }) => owners.length !== 1)).toEqual([]);
    const winners = races.map(({ seatNo, owners }) => `${office.scheduleId} ${seatNo} ${owners[0]}-${seatNo}`);
    expect(new Set(races.map(({ owners }) => owners[0]))).toEqual(new Set(["early", "late"]));

    const account = SeatAccount.open(settings);
    await account.quiet();
    await account.expectPromises();
    expect(await account.owners()).toEqual(winners.sort());
    expect(await account.sellOuts()).toHaveLength(1);
  });
});
