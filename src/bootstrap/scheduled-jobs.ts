import { CronJob } from "../adapters/cron/cron-job.js";
import type { Recurring } from "./background.js";
import type { Config } from "./config.js";
import { leasedTurn } from "./leased-turn.js";
import type { Step } from "./lifecycle.js";
import type { Token } from "./token.js";
import { Tokens } from "./tokens.js";

const expiryMs = 1000;
const settleMs = 3000;
const soldOutMs = 60_000;
const productsMs = 10_000;
const purgeMs = 3_600_000;
const nightMs = 3_600_000;
const nightTermMs = 30_000;

/** What jobs have seen, for `/metrics`. */
export type JobFigures = {
  /** Open coupons whose store the last sweep found cold or dropped. */
  coldStores: number;
  /** Orders that stood still and were taken up, since the start. */
  revivedOrders: number;
  /** Members of sold-out boards that differed from the database, since the start. */
  soldOutDrift: number;
  /** Product boards that the last look found cold. */
  coldProductBoards: number;
  /** Scores of product boards that differed from the database, since the start. */
  productBoardDrift: number;
  /** Products whose closed day or day board differed from the sales, since the start. */
  statisticsDrift: number;
  /** Old rows that were let go, by kind, since the start. */
  readonly purgedRows: Map<string, number>;
};

/** What one node at a time does for all, by leases. */
export const scheduledJobs = (
  config: Config,
  get: <T>(token: Token<T>) => T,
  recurring: Recurring,
  figures: JobFigures,
): readonly Step[] => {
  const steps: Step[] = [];
  const lease = get(Tokens.jobLease);
  // Several at once would write nothing wrong here, so nothing needs fencing.
  const leased = (name: string, run: () => Promise<unknown>, everyMs: number) => {
    // A holder that is killed is followed soon after its next run was due.
    const termMs = everyMs + 10_000;
    recurring(name, () => leasedTurn(lease, name, termMs, run), everyMs);
    steps.push({ name: `${name} lease`, stop: () => lease.release(name) });
  };

  const sweep = get(Tokens.sweepClaims);
  const compare = get(Tokens.compareStores);
  const sweepClaims = async () => {
    figures.coldStores = await compare.execute();
    await sweep.execute();
  };
  leased("sweep", sweepClaims, config.CLAIM_SWEEP_SECONDS * 1000);

  const expire = get(Tokens.expireOrders);
  const recover = get(Tokens.recoverStalledOrders);
  const expireOrders = async () => {
    try {
      await expire.execute();
    } finally {
      // An order that cannot expire is no reason to leave others standing.
      figures.revivedOrders += await recover.execute();
    }
  };
  leased("order expiry", expireOrders, expiryMs);
  const expireHolds = get(Tokens.expireHolds);
  leased("hold expiry", () => expireHolds.execute(), expiryMs);
  const settle = get(Tokens.settleOpenPayments);
  leased("open payments", () => settle.execute(), settleMs);

  const soldOut = get(Tokens.rebuildSoldOutBoard);
  const compareSoldOut = async () => {
    figures.soldOutDrift += await soldOut.all();
  };
  leased("sold-out boards", compareSoldOut, soldOutMs);
  const fillBoards = get(Tokens.fillBoards);
  const compareBoards = get(Tokens.compareBoards);
  const keepProducts = async () => {
    figures.coldProductBoards = await fillBoards.execute();
    figures.productBoardDrift += await compareBoards.next();
  };
  leased("product boards", keepProducts, productsMs);

  const purge = get(Tokens.purgeRows);
  const purgeRows = async () => {
    for (const [rows, gone] of await purge.execute())
      figures.purgedRows.set(rows, (figures.purgedRows.get(rows) ?? 0) + gone);
  };
  leased("retention", purgeRows, purgeMs);

  const night = nightly(get, figures);
  const job = recurring("statistics", night, nightMs);
  const cron = new CronJob(config.STATISTICS_CRON, config.BUSINESS_TIME_ZONE, job.poke);
  steps.push({ name: "statistics clock", start: () => cron.start(), stop: () => cron.stop() });
  return steps;
};

/** Closes the days that are due, while this node's turn lasts: one that was asleep and wakes up late writes nothing. */
const nightly = (get: <T>(token: Token<T>) => T, figures: JobFigures) => {
  const lease = get(Tokens.jobLease);
  const clock = get(Tokens.clock);
  const closeDueDays = async () => {
    try {
      const closed = await get(Tokens.closeDay).closeDueDays(async (tx) => {
        if (!(await tx.leases.holds("statistics", clock.now()))) throw new Error("another node closes the days now");
      });
      figures.statisticsDrift += closed.reduce((sum, { drift }) => sum + drift.length, 0);
    } finally {
      await lease.release("statistics");
    }
  };
  return () => leasedTurn(lease, "statistics", nightTermMs, closeDueDays);
};
