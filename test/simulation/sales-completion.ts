import { rowsIn } from "../support/coupon-data.js";
import { operator } from "../support/operator.js";
import { allSalesRows, openDays, wrongBoards, wrongLists, wrongSales, wrongSums } from "./sales-promises.js";
import { soldProducts } from "./sales-reports.js";
import type { SalesRun } from "./sales-run.js";
import { pageSize } from "./scheduled-sales.js";

const maxRounds = 30;

/** Completes all work without further requests and faults. Then everything must equal the ledger. */
export const completeSales = async (run: SalesRun): Promise<void> => {
  const { bus, db, boards, broken, application } = run;
  if (run.random.chance(0.7)) run.scheduler.crash();
  for (let round = 0; round < maxRounds && broken.length === 0; round += 1) {
    await run.advance(31_000);
    bus.redeliver();
    await run.runToEnd("relay", () => application.relayOutbox.execute());
    if (bus.isIdle && (await rowsIn(db, "outbox")) === 0) break;
  }
  const { ledger } = run;
  const today = run.today();
  const check = (found: readonly string[]) => broken.push(...found);
  const checkBoards = async (when: string) => check(await wrongBoards(boards, run.keptBoards(), ledger, when));
  check(wrongSales(ledger, run.reports.reported, run.zone));
  check(await wrongSums(db, ledger, "after booking"));
  await run.runToEnd("fill", () => application.fillBoards.execute());
  if (!run.mayLoseRaises && !run.isCorrupting) await checkBoards("after the fill");
  // One page more than the products need, because the first page may be at the end of the products.
  for (let from = -pageSize; from < soldProducts.length; from += pageSize)
    await run.runToEnd("compare", () => application.compareBoards.next());
  await checkBoards("after the comparison");
  check(await wrongLists(run.unscheduled, ledger, today));
  await run.runToEnd("daily close", () => application.closeDay.closeDueDays(async () => {}));
  check(await wrongSums(db, ledger, "after the daily close"));
  check(await openDays(db, ledger, today));
  await closeDaysAgain(run);
};

/** Closes days that are closed, several times and at the same time. Nothing may change. */
const closeDaysAgain = async (run: SalesRun): Promise<void> => {
  const before = await allSalesRows(run.db);
  const days = new Set(run.ledger.map(({ businessDay }) => businessDay));
  const pastDays = [...days].filter((day) => day < run.today()).slice(0, 2);
  const { closeDay } = run.application;
  const closes = [...pastDays, ...pastDays].map((day) => () => closeDay.execute(day, operator));
  const allCloses = [...closes, () => closeDay.closeDueDays(async () => {})];
  await run.runToEnd("repeated daily closes", () => Promise.all(allCloses.map((close) => close())));
  const after = await allSalesRows(run.db);
  if (after !== before) run.broken.push(`D2 repeated daily closes changed ${before} to ${after}`);
};
