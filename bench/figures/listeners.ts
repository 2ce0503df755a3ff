import { startRedis } from "../../test/support/engines/redis.js";
import type { Engines } from "../engines.js";
import { atMost, type Figure } from "../figure.js";
import { startService } from "../program.js";
import { BoxOffice } from "../rehearsal/box-office.js";
import { Client } from "../rehearsal/client.js";
import { inTurns } from "../turns.js";

const halls = 60;
const seats = 5;
const shopper = "kim";

/** How long a payment takes, ms, in halls so small that every fifth sells one out; the first halls only warm up. */
const payIn = async (engines: Engines, name: string, settings: Readonly<Record<string, string>>) => {
  const service = await startService({ ...(await engines.settings(name)), ...settings });
  const client = new Client(service.url, undefined);
  const took: number[] = [];
  for (let hall = 0; hall < halls; hall += 1) {
    const office = await BoxOffice.open(client, { title: "A small hall", seats, opensInMs: 0 });
    for (let seatNo = 1; seatNo <= seats; seatNo += 1) {
      const { reservationId } = (await office.hold(shopper, seatNo)).body as { reservationId: string };
      const from = performance.now();
      const { status } = await office.pay(shopper, reservationId, reservationId);
      took.push(performance.now() - from);
      if (status !== 201) throw new Error(`a payment was answered with ${status}`);
    }
  }
  client.close();
  await service.stop();
  const warm = took.slice(took.length / 3);
  return { ms: warm.reduce((sum, ms) => sum + ms, 0) / warm.length };
};

/** What boards and listeners add to a payment: nobody listens, everybody does, and everybody does with Redis away. */
export const listeners: Figure = async (engines) => {
  const gone = await startRedis();
  await gone.stop();
  let runs = 0;
  const contender = (settings: Readonly<Record<string, string>>) => () => {
    runs += 1;
    return payIn(engines, `listeners_${runs}`, settings);
  };
  const { nobody, all, away } = await inTurns({
    nobody: contender({ ROLES: "api" }),
    all: contender({}),
    away: contender({ REDIS_URL: gone.url }),
  });
  const each = (ms: number) => `${ms.toFixed(2)} ms each`;
  return [
    { what: "listeners: a payment that nobody hears of", measured: each(nobody.ms), target: "" },
    { what: "listeners: one that boards and listeners hear of", measured: each(all.ms), target: "" },
    { what: "listeners: the same, Redis away", measured: each(away.ms), target: "" },
    atMost("listeners: added to a payment", all.ms / nobody.ms, 1.05),
    atMost("listeners: added to a payment, Redis away", away.ms / nobody.ms, 1.05),
  ];
};
