import type { Database } from "../../src/adapters/sql/database.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import { type BusinessDay, businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import { isBackendUnavailable } from "../../src/domain/problem.js";
import type { Sale } from "../../src/domain/sale.js";
import { keptBoards, type WindowBoard } from "../../src/domain/sales-window.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { manualClock } from "../support/coupon-data.js";
import { flushPromises } from "../support/flush-promises.js";
import { salesIn } from "../support/sales-data.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";
import { type StepOutcome, StepScheduler } from "../support/step-scheduler.js";
import { type RaisedTotals, wrongReads } from "./sales-promises.js";
import { places, SalesReports } from "./sales-reports.js";
import { type KnownWrongSales, openScheduledSales } from "./scheduled-sales.js";

const maxSteps = 5000;

type OutcomeOf = (name: string) => StepOutcome;

/** The parts of one seed's run, and what has happened so far. */
export class SalesRun {
  readonly db: Database;
  readonly boards: BoardsUnderTest;
  readonly random: SeededRandom;
  readonly zone: TimeZone;
  readonly clock: ReturnType<typeof manualClock>;
  readonly scheduler = new StepScheduler();
  readonly bus: ShufflingBus;
  readonly application: Application;
  /** The same application without scheduling. */
  readonly unscheduled: Application;
  readonly reports: SalesReports;
  /** Whether scores are overwritten from outside. Reads may then be wrong until the boards are compared. */
  readonly isCorrupting: boolean;
  /** Whether Redis may be unavailable for a raise. The boards may then be behind until they are compared. */
  readonly mayLoseRaises: boolean;
  ledger: readonly Sale[] = [];
  readonly history: string[] = [];
  readonly broken: string[] = [];
  private readonly raised: RaisedTotals = new Map();

  constructor(db: Database, boards: BoardsUnderTest, seed: number, wrong: KnownWrongSales) {
    this.db = db;
    this.boards = boards;
    this.random = new SeededRandom(seed);
    const { zone, startsAt } = this.random.pick(places);
    this.zone = zone;
    this.clock = manualClock(startsAt);
    this.bus = new ShufflingBus(this.random);
    this.isCorrupting = seed % 4 === 3;
    this.mayLoseRaises = seed % 4 === 2;
    this.reports = new SalesReports(this.random, this.clock, zone);
    const { bus, clock, raised } = this;
    const parts = { db, board: boards.board, bus, clock, zone, raised };
    const { application, unscheduled } = openScheduledSales(this.scheduler, parts, wrong);
    this.application = application;
    this.unscheduled = unscheduled;
  }

  today(): BusinessDay {
    return businessDayAt(this.clock.now(), this.zone);
  }

  keptBoards(): readonly WindowBoard[] {
    return keptBoards(this.clock.now(), this.zone);
  }

  advance(ms: number): Promise<void> {
    return this.record(`${ms} ms pass`, () => {
      this.clock.at += ms;
    });
  }

  async record(what: string, act: () => unknown): Promise<void> {
    this.history.push(what);
    await act();
  }

  /** Runs the next call, and checks what readers see if it has changed a board. */
  async runNextCall(outcomeOf: OutcomeOf): Promise<void> {
    const call = await this.scheduler.runNext(this.random, outcomeOf);
    this.history.push(call);
    if (call.startsWith("record")) this.ledger = await salesIn(this.db);
    if (!this.isCorrupting && /^board\.(raise|lower|finishFill)/.test(call))
      this.broken.push(...(await wrongReads(this.boards, this.keptBoards(), this.ledger, this.raised)));
    this.broken.push(...this.bus.failures.map((failure) => `step ${failure}`));
  }

  deliver(): Promise<void> {
    const { what, processed } = this.bus.deliver();
    return this.follow(what, processed);
  }

  /** Starts some work and runs all calls and deliveries, in any order, until none is left. */
  async runToEnd(what: string, start: () => Promise<unknown>, outcomeOf: OutcomeOf = () => "ok"): Promise<void> {
    await this.follow(what, start());
    const { scheduler, bus } = this;
    for (let steps = 0; scheduler.count + bus.deliverable > 0 && this.broken.length === 0; steps += 1) {
      if (steps === maxSteps) this.broken.push(`step ${what} does not end`);
      if (this.random.below(scheduler.count + bus.deliverable) < scheduler.count) await this.runNextCall(outcomeOf);
      else await this.deliver();
    }
  }

  /** Records the start of some work, and its result if it ends. */
  async follow(what: string, work: Promise<unknown>): Promise<void> {
    this.history.push(what);
    work.then(
      () => this.history.push(`${what} → done`),
      (error: unknown) => {
        this.history.push(`${what} → ${error}`);
        if (!isBackendUnavailable(error)) this.broken.push(`step ${what}: ${error}`);
      },
    );
    await flushPromises();
  }
}
