import { startRedis } from "../../test/support/backend-servers/redis.js";
import type { Backends } from "../backends.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import { BoxOffice } from "../rehearsal/box-office.js";
import { Client } from "../rehearsal/client.js";
import { alternate } from "../rounds.js";

const payments = 300;
const shopper = "kim";

type Show = { readonly seats: number; readonly settings?: Readonly<Record<string, string>> };

/** How long a payment takes, ms, in halls of so many seats, each sold out by its last one; a third only warms up. */
const payIn = async (backends: Backends, name: string, { seats, settings }: Show): Promise<{ readonly ms: number }> => {
  const service = await startService({ LOG_LEVEL: "error", ...(await backends.settings(name)), ...settings });
  const client = new Client(service.url, undefined);
  const took: number[] = [];
  while (took.length < payments) {
    const office = await BoxOffice.open(client, { title: "A hall", seats, opensInMs: 0 });
    for (let seatNo = 1; seatNo <= seats && took.length < payments; seatNo += 1) {
      const { reservationId } = (await office.hold(shopper, seatNo)).body as { readonly reservationId: string };
      const from = performance.now();
      const { status } = await office.pay(shopper, reservationId, reservationId);
      took.push(performance.now() - from);
      if (status !== 201) throw new Error(`a payment was answered with ${status}`);
    }
  }
  client.close();
  await service.stop();
  const warm = took.slice(payments / 3);
  return { ms: warm.reduce((sum, ms) => sum + ms, 0) / warm.length };
};

/**
 * The cost that boards and listeners add to a payment, with all roles in one process and one shopper. One schedule does
 * not sell out. On schedules of five seats every fifth payment is a sell-out that all listeners receive.
 */
export const listeners: Measurement = async (backends) => {
  const stoppedRedis = await startRedis();
  await stoppedRedis.stop();
  let runs = 0;
  const contender = (show: Show) => () => {
    runs += 1;
    return payIn(backends, `listeners_${runs}`, show);
  };
  const { noSellOuts, sellOuts, withoutRedis } = await alternate({
    noSellOuts: contender({ seats: payments + 1 }),
    sellOuts: contender({ seats: 5 }),
    withoutRedis: contender({ seats: 5, settings: { REDIS_URL: stoppedRedis.url } }),
  });
  const each = (ms: number) => `${ms.toFixed(2)} ms each`;
  return [
    { what: "listeners: no payment is a sell-out", value: each(noSellOuts.ms), target: "" },
    { what: "listeners: every fifth payment is a sell-out", value: each(sellOuts.ms), target: "" },
    { what: "listeners: the same while Redis is unreachable", value: each(withoutRedis.ms), target: "" },
    atMost("listeners: added to a payment", sellOuts.ms / noSellOuts.ms, 1.05),
    atMost("listeners: added to a payment, Redis unreachable", withoutRedis.ms / noSellOuts.ms, 1.05),
  ];
};
