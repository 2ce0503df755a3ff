import type { Database } from "../../src/adapters/sql/database.js";
import { type BusinessDay, businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import { isBackendUnavailable } from "../../src/domain/problem.js";
import type { Sale } from "../../src/domain/sale.js";
import { keptBoards, type WindowBoard } from "../../src/domain/sales-window.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { standingClock } from "../support/drop.js";
import { salesIn } from "../support/sales-data.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";
import { type Fate, settled, Turns } from "../support/turns.js";
import { openSalesInTurns, type SalesTwins } from "./sales-in-turns.js";
import { misledReaders, type Told } from "./sales-promises.js";
import { places, SalesReports } from "./sales-reports.js";

const mostStepsAtRest = 5000;

type FateOf = (what: string) => Fate;

/** What one seed is played with, and what has come of it so far. */
export class SalesSeed {
  readonly db: Database;
  readonly under: BoardsUnderTest;
  readonly random: SeededRandom;
  readonly zone: TimeZone;
  readonly clock: ReturnType<typeof standingClock>;
  readonly turns = new Turns();
  readonly bus: ShufflingBus;
  readonly nodes: ReturnType<typeof openSalesInTurns>;
  readonly reports: SalesReports;
  /** Scores are written over behind the service's back: readers may be misled until the slices come by. */
  readonly isCorrupting: boolean;
  /** Redis may be away when a board is to be raised, so it may be behind until the slices come by. */
  readonly mayLoseRaises: boolean;
  ledger: readonly Sale[] = [];
  readonly history: string[] = [];
  readonly broken: string[] = [];
  private readonly told: Told = new Map();

  constructor(db: Database, under: BoardsUnderTest, seed: number, twins: SalesTwins) {
    this.db = db;
    this.under = under;
    this.random = new SeededRandom(seed);
    const { zone, begins } = this.random.pick(places);
    this.zone = zone;
    this.clock = standingClock(begins);
    this.bus = new ShufflingBus(this.random);
    this.isCorrupting = seed % 4 === 3;
    this.mayLoseRaises = seed % 4 === 2;
    this.reports = new SalesReports(this.random, this.clock, zone);
    const { bus, clock, told } = this;
    this.nodes = openSalesInTurns(this.turns, { db, board: under.board, bus, clock, zone, told }, twins);
  }

  today(): BusinessDay {
    return businessDayAt(this.clock.now(), this.zone);
  }

  keptBoards(): readonly WindowBoard[] {
    return keptBoards(this.clock.now(), this.zone);
  }

  pass(ms: number): Promise<void> {
    return this.note(`${ms} ms pass`, () => {
      this.clock.at += ms;
    });
  }

  async note(what: string, happens: () => unknown): Promise<void> {
    this.history.push(what);
    await happens();
  }

  /** Plays one turn, and looks at what readers may now see. */
  async turn(fateOf: FateOf): Promise<void> {
    const played = await this.turns.play(this.random, fateOf);
    this.history.push(played);
    if (played.startsWith("record")) this.ledger = await salesIn(this.db);
    if (!this.isCorrupting && /^board\.(raise|lower|finishFill)/.test(played))
      this.broken.push(...(await misledReaders(this.under, this.keptBoards(), this.ledger, this.told)));
    this.broken.push(...this.bus.failures.map((failure) => `step ${failure}`));
  }

  deliver(): Promise<void> {
    const { what, reacted } = this.bus.deliver();
    return this.follow(what, reacted);
  }

  /** Begins something and lets everything happen, in any order, until nothing is left to do. */
  async toTheEnd(what: string, begin: () => Promise<unknown>, fateOf: FateOf = () => "well"): Promise<void> {
    await this.follow(what, begin());
    const { turns, bus } = this;
    for (let steps = 0; turns.count + bus.deliverable > 0 && this.broken.length === 0; steps += 1) {
      if (steps === mostStepsAtRest) this.broken.push(`step ${what} does not end`);
      if (this.random.below(turns.count + bus.deliverable) < turns.count) await this.turn(fateOf);
      else await this.deliver();
    }
  }

  /** Notes that it begins, and how it ends, if it does. */
  async follow(what: string, doing: Promise<unknown>): Promise<void> {
    this.history.push(what);
    doing.then(
      () => this.history.push(`${what} → done`),
      (error: unknown) => {
        this.history.push(`${what} → ${error}`);
        if (!isBackendUnavailable(error)) this.broken.push(`step ${what}: ${error}`);
      },
    );
    await settled();
  }
}
