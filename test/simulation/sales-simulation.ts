import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { choreograph } from "../../src/application/choreography.js";
import { plusDays, startOfDay } from "../../src/domain/business-day.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { operator } from "../support/operator.js";
import { money, productId } from "../support/order-data.js";
import type { StepOutcome } from "../support/step-scheduler.js";
import { completeSales } from "./sales-completion.js";
import { clearSales, nameOf } from "./sales-promises.js";
import { soldProducts } from "./sales-reports.js";
import { SalesRun } from "./sales-run.js";
import type { KnownWrongSales } from "./scheduled-sales.js";

/** The result of one seed: its broken promises, and everything that happened. */
export type SalesResult = { readonly broken: readonly string[]; readonly history: readonly string[] };

const [minute, hour, dayMs] = [60_000, 3_600_000, 86_400_000];
const maxSteps = 1200;
/** With more jobs at the same time none of them would end. */
const maxJobs = 3;

/** Simulates sales, boards and daily closes. The seed decides the order of all backend calls, deliveries and faults. */
class SalesSimulation {
  private readonly run: SalesRun;
  private activeJobs = 0;

  constructor(run: SalesRun) {
    this.run = run;
  }

  async execute(): Promise<SalesResult> {
    const { run } = this;
    const { application } = run;
    await clearSales(run.db);
    await run.bus.consume(choreograph(application));
    if (run.random.chance(0.7)) await run.runToEnd("fill", () => application.fillBoards.execute());
    for (let steps = 0; steps < maxSteps && run.broken.length === 0; steps += 1) {
      if (!run.reports.hasMore && run.random.chance(0.02)) break;
      await this.step();
    }
    if (run.broken.length === 0) await completeSales(run);
    return run;
  }

  /** Does one thing: runs a backend call, delivers events, reports sales, starts a job, loses data, or lets time pass. */
  private async step(): Promise<void> {
    const { run } = this;
    const { random, scheduler, bus, boards, application } = run;
    const kept = run.keptBoards();
    const outcomeOf = (name: string) => this.outcomeOf(name);
    const actions: readonly (readonly [weight: number, act: () => unknown])[] = [
      [scheduler.count > 0 ? 12 : 0, () => run.runNextCall(outcomeOf)],
      [bus.deliverable > 0 ? 5 : 0, () => run.deliver()],
      [run.reports.hasMore ? 0.6 : 0, () => this.reportSales()],
      [0.7, () => run.follow("relay", application.relayOutbox.execute())],
      [this.activeJobs < maxJobs ? 1.5 : 0, () => this.startJob()],
      // Fills the boards without interruption, so that they are warm about half of the time.
      [0.05, () => run.runToEnd("fill", () => application.fillBoards.execute(), outcomeOf)],
      [0.25, () => run.advance(this.randomMs())],
      [0.3, () => run.record("redeliver", () => this.redeliver())],
      [0.03, () => run.record("crash", () => scheduler.crash())],
      [0.02, () => run.record("lose all boards", () => Promise.all(kept.map((each) => boards.lose(each))))],
      [0.06, () => run.record("lose a board", () => boards.lose(random.pick(kept)))],
      [0.2, () => this.changePrice()],
      [run.isCorrupting ? 0.3 : 0, () => this.corruptScore()],
    ];
    let roll = random.next() * actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of actions) {
      roll -= weight;
      if (roll < 0) return void (await act());
    }
  }

  private outcomeOf(name: string): StepOutcome {
    const { random, mayLoseRaises } = this.run;
    if (!random.chance(0.05)) return "ok";
    const failure = name.startsWith("board") && !mayLoseRaises ? "response-lost" : "unavailable";
    return random.pick<StepOutcome>([failure, "response-lost", "crash-before", "crash-after"]);
  }

  /** Starts a job. A job that crashes counts as active until the next redelivery. */
  private async startJob(): Promise<void> {
    const { run } = this;
    const { fillBoards, compareBoards, closeDay } = run.application;
    const pastDay = plusDays(run.today(), -1 - run.random.below(2));
    const closeAgain = ["close again", () => closeDay.execute(pastDay, operator)] as const;
    const fill = ["fill", () => fillBoards.execute()] as const;
    const jobs: readonly (readonly [string, () => Promise<unknown>])[] = [
      ...[fill, fill, fill, fill],
      ["compare", () => compareBoards.next()],
      ["daily close", () => closeDay.closeDueDays(async () => {})],
      ...[closeAgain, closeAgain],
    ];
    const [name, execute] = run.random.pick(jobs);
    this.activeJobs += 1;
    const end = () => {
      this.activeJobs = Math.max(0, this.activeJobs - 1);
    };
    await run.follow(name, execute().finally(end));
  }

  private redeliver(): void {
    this.activeJobs = 0;
    this.run.bus.redeliver();
  }

  /**
   * Returns a duration: seconds, hours, a week, or the time to the next midnight, to the millisecond before it, or to a
   * moment in the last hour before it, in which tomorrow's boards are raised and filled.
   */
  private randomMs(): number {
    const { random, zone, clock } = this.run;
    const toMidnight = startOfDay(plusDays(this.run.today(), 1), zone) - clock.at;
    const toDayEnd = toMidnight - random.below(2);
    const toLastHour = toMidnight - random.pick([59, 51, 49, 20]) * minute;
    const toNight = [toDayEnd, toDayEnd, toDayEnd, toLastHour, toLastHour].map((ms) => Math.max(ms, 1));
    return random.pick([1000, 35_000, 10 * minute, 5 * hour, 26 * hour, ...toNight, 8 * dayMs]);
  }

  private async reportSales(): Promise<void> {
    const { run } = this;
    const sales = run.reports.next();
    const recorded = run.application.recordSale.execute(sales).then(({ accepted, known }) => {
      if (accepted + known !== sales.length) run.broken.push(`D1 ledger: ${accepted} + ${known} of ${sales.length}`);
    });
    await run.follow(`record ${sales.map(({ saleId }) => saleId).join(" ")}`, recorded);
  }

  private async changePrice(): Promise<void> {
    const { db, random } = this.run;
    const [id, unitPrice] = [productId(random.pick(soldProducts)), money(random.below(5) * 100 + 7)];
    await new SqlUnitOfWork(db, () => {}).run((tx) => tx.products.change(id, { unitPrice }));
  }

  private async corruptScore(): Promise<void> {
    const { boards, random, history } = this.run;
    const kept = random.pick(this.run.keptBoards());
    const id = productId(random.pick(soldProducts));
    const seen = (await boards.board.scores(kept, [id])).get(id);
    if (seen !== undefined) await boards.board.lower(kept, [{ productId: id, seen, quantity: random.below(9) }]);
    history.push(`corrupt ${nameOf(kept)} ${id} ${seen}`);
  }
}

/** Simulates one seed on empty boards; it clears the rows of the previous seed. */
export const simulateSales = (
  db: Database,
  boards: BoardsUnderTest,
  seed: number,
  wrong: KnownWrongSales = {},
): Promise<SalesResult> => new SalesSimulation(new SalesRun(db, boards, seed, wrong)).execute();
