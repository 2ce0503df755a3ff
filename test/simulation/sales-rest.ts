import { rowsIn } from "../support/drop.js";
import { pageSize } from "./sales-in-turns.js";
import { everythingOf, falseBoards, falseLists, falseSales, falseSums, openDays } from "./sales-promises.js";
import { soldProducts } from "./sales-reports.js";
import type { SalesSeed } from "./sales-seed.js";

const mostRounds = 30;

/** No more calls, faults or losses: everything must now come to be what the ledger says. */
export const comeToRest = async (seed: SalesSeed): Promise<void> => {
  const { bus, db, under, broken } = seed;
  const { application, reading } = seed.nodes;
  if (seed.random.chance(0.7)) seed.turns.dropAll();
  for (let round = 0; round < mostRounds && broken.length === 0; round += 1) {
    await seed.pass(31_000);
    bus.bringBack();
    await seed.toTheEnd("relay", () => application.relayOutbox.execute());
    if (bus.isQuiet && (await rowsIn(db, "outbox")) === 0) break;
  }
  const { ledger } = seed;
  const today = seed.today();
  const check = (found: readonly string[]) => broken.push(...found);
  const checkBoards = async (when: string) => check(await falseBoards(under, seed.keptBoards(), ledger, when));
  check(falseSales(ledger, seed.reports.made, seed.zone));
  check(await falseSums(db, ledger, "once all is booked"));
  await seed.toTheEnd("fill", () => application.fillBoards.execute());
  if (!seed.mayLoseRaises && !seed.isCorrupting) await checkBoards("once all is filled");
  // One more than the products need, for the first may find that it is at their end.
  for (let from = -pageSize; from < soldProducts.length; from += pageSize)
    await seed.toTheEnd("slice", () => application.compareBoards.next());
  await checkBoards("once all is looked at");
  check(await falseLists(reading, ledger, today));
  await seed.toTheEnd("night", () => application.closeDay.closeDueDays(async () => {}));
  check(await falseSums(db, ledger, "once they are closed"));
  check(await openDays(db, ledger, today));
  await nightsAgain(seed);
};

/** What is closed stays as it is, however often, and by however many at once, it is closed again. */
const nightsAgain = async (seed: SalesSeed): Promise<void> => {
  const before = await everythingOf(seed.db);
  const days = new Set(seed.ledger.map(({ businessDay }) => businessDay));
  const over = [...days].filter((day) => day < seed.today()).slice(0, 2);
  const { closeDay } = seed.nodes.application;
  const nights = [...over, ...over].map((day) => () => closeDay.execute(day));
  const all = [...nights, () => closeDay.closeDueDays(async () => {})];
  await seed.toTheEnd("nights", () => Promise.all(all.map((night) => night())));
  const after = await everythingOf(seed.db);
  if (after !== before) seed.broken.push(`D2 nights that ran again made ${after} of ${before}`);
};
