import type { Logger } from "pino";
import { CronJob } from "../adapters/cron/cron-job.js";
import type { Fence } from "../application/sales/close-day-page.js";
import type { Config } from "./config.js";
import { leasedTurn } from "./leased-turn.js";
import type { Step } from "./lifecycle.js";
import { jobStep, loggedJob } from "./logged-job.js";
import type { Application } from "./open-application.js";

const expiryMs = 1000;
const settleMs = 3000;
const soldOutMs = 60_000;
const productsMs = 10_000;
const purgeMs = 3_600_000;
const closeDaysMs = 3_600_000;
const closeDaysTermMs = 30_000;
/** The name in logs and of the lease in the database, which nodes of earlier versions also hold. */
const dailyCloseName = "statistics";

/** What the jobs have counted, for `/metrics`. */
export type JobMetrics = {
  /** Open coupons whose store the last sweep found cold or dropped. */
  coldStores: number;
  /** Stalled orders that were recovered, since the start. */
  recoveredOrders: number;
  /** Members of sold-out boards that differed from the database, since the start. */
  soldOutDrift: number;
  /** Entries of the ranking log that the bus had lost and that were added, since the start. */
  addedLogEntries: number;
  /** Product boards that the last check found cold. */
  coldProductBoards: number;
  /** Scores of product boards that differed from the database, since the start. */
  productBoardDrift: number;
  /** Products whose closed day or day board differed from the sales, since the start. */
  closingDrift: number;
  /** Old rows that were deleted since the start, by kind. */
  readonly purgedRows: Map<string, number>;
};

type Needs = { readonly config: Config; readonly log: Logger; readonly application: Application };

/** The jobs that run on one node at a time. A lease selects the node. */
export const scheduledJobs = ({ config, log, application }: Needs, metrics: JobMetrics): readonly Step[] => {
  const { jobLease } = application;
  const steps: Step[] = [];
  // Two nodes that run one of these jobs at the same time write nothing wrong, so the jobs need no fencing.
  const leased = (name: string, run: () => Promise<unknown>, everyMs: number) => {
    // If the holder is killed, another node takes over ten seconds after the next run was due.
    const termMs = everyMs + 10_000;
    const job = loggedJob(log, name, () => leasedTurn(jobLease, name, termMs, run), everyMs);
    const stop = async () => {
      await job.stop();
      await jobLease.release(name);
    };
    steps.push({ name, start: () => job.start(), stop });
  };

  const sweepClaims = () =>
    runEach(
      async () => {
        metrics.coldStores = await application.compareStores.execute();
      },
      () => application.sweepClaims.execute(),
    );
  leased("sweep", sweepClaims, application.claimSweepMs);

  const expireOrders = () =>
    runEach(
      () => application.expireOrders.execute(),
      async () => {
        metrics.recoveredOrders += await application.recoverStalledOrders.execute();
      },
    );
  leased("order expiry", expireOrders, expiryMs);
  leased("hold expiry", () => application.expireHolds.execute(), expiryMs);
  leased("open payments", () => application.settleOpenPayments.execute(), settleMs);

  const compareSoldOut = async () => {
    metrics.soldOutDrift += await application.rebuildSoldOutBoard.all();
  };
  leased("sold-out boards", compareSoldOut, soldOutMs);
  const fillProductBoards = () =>
    runEach(
      async () => {
        metrics.coldProductBoards = await application.fillBoards.execute();
      },
      async () => {
        metrics.productBoardDrift += await application.compareBoards.next();
      },
    );
  leased("product boards", fillProductBoards, productsMs);

  const compareRankingLog = async () => {
    metrics.addedLogEntries += await application.compareRankingLog.execute();
  };
  leased("ranking log", compareRankingLog, application.claimSweepMs);

  const purgeRows = async () => {
    for (const [kind, deleted] of await application.purgeRows.execute())
      metrics.purgedRows.set(kind, (metrics.purgedRows.get(kind) ?? 0) + deleted);
  };
  leased("retention", purgeRows, purgeMs);

  const dailyClose = loggedJob(log, dailyCloseName, () => closeDueDays(application, metrics), closeDaysMs);
  const cron = new CronJob(config.STATISTICS_CRON, config.BUSINESS_TIME_ZONE, () => dailyClose.wake());
  steps.push(jobStep(dailyCloseName, dailyClose), {
    name: "daily close clock",
    start: () => cron.start(),
    stop: () => cron.stop(),
  });
  return steps;
};

/** Runs the parts of a job, each also if an earlier one fails. @throws the first error */
const runEach = async (...parts: readonly (() => Promise<unknown>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const part of parts) await part().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
};

/** Closes the days that are due. The fence stops a node whose lease has expired, such as one that was suspended. */
const closeDueDays = async ({ jobLease, closeDay, sharedClock }: Application, metrics: JobMetrics): Promise<void> => {
  const fence: Fence = async (tx) => {
    if (!(await tx.leases.holds(dailyCloseName, sharedClock.now())))
      throw new Error("another node closes the days now");
  };
  // Counted per day, so that a later day that fails hides no drift.
  const closeDue = () =>
    closeDay.closeDueDays(fence, ({ drift }) => {
      metrics.closingDrift += drift.length;
    });
  try {
    await leasedTurn(jobLease, dailyCloseName, closeDaysTermMs, closeDue);
  } finally {
    await jobLease.release(dailyCloseName);
  }
};
