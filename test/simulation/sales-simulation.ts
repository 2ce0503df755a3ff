import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { choreograph } from "../../src/application/choreography.js";
import { plusDays, startOfDay } from "../../src/domain/business-day.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { money, productId } from "../support/order.js";
import type { Fate } from "../support/turns.js";
import type { SalesTwins } from "./sales-in-turns.js";
import { clearSales, nameOf } from "./sales-promises.js";
import { soldProducts } from "./sales-reports.js";
import { comeToRest } from "./sales-rest.js";
import { SalesSeed } from "./sales-seed.js";

/** What became of a seed: the promises that did not hold, and all that happened. */
export type SalesRun = { readonly broken: readonly string[]; readonly history: readonly string[] };

const [minute, hour, dayMs] = [60_000, 3_600_000, 86_400_000];
const mostSteps = 1200;
/** More at once would only keep each of them from its end. */
const mostJobs = 3;

/** Sales, their boards and their nights, with every engine call a turn of its own that the seed chooses. */
class SalesSimulation {
  private readonly seed: SalesSeed;
  private jobs = 0;

  constructor(seed: SalesSeed) {
    this.seed = seed;
  }

  async run(): Promise<SalesRun> {
    const { seed } = this;
    await clearSales(seed.db);
    await seed.bus.consume(choreograph(seed.nodes.application));
    if (seed.random.chance(0.7)) await seed.toTheEnd("fill", () => seed.nodes.application.fillBoards.execute());
    for (let steps = 0; steps < mostSteps && seed.broken.length === 0; steps += 1) {
      if (!seed.reports.wantMore && seed.random.chance(0.02)) break;
      await this.step();
    }
    if (seed.broken.length === 0) await comeToRest(seed);
    return seed;
  }

  /** One thing happens: a turn, a delivery, a call, a job, a loss, or time passes. */
  private async step(): Promise<void> {
    const { seed } = this;
    const { random, turns, bus, under, nodes } = seed;
    const boards = seed.keptBoards();
    const fateOf = (what: string) => this.fateOf(what);
    const happenings: readonly (readonly [weight: number, happens: () => unknown])[] = [
      [turns.count > 0 ? 12 : 0, () => seed.turn(fateOf)],
      [bus.deliverable > 0 ? 5 : 0, () => seed.deliver()],
      [seed.reports.wantMore ? 0.6 : 0, () => this.record()],
      [0.7, () => seed.follow("relay", nodes.application.relayOutbox.execute())],
      [this.jobs < mostJobs ? 1.5 : 0, () => this.job()],
      // For once nothing else comes between, so that boards are filled as often as they are not.
      [0.05, () => seed.toTheEnd("fill", () => nodes.application.fillBoards.execute(), fateOf)],
      [0.25, () => seed.pass(this.span())],
      [0.3, () => seed.note("bring back", () => this.bringBack())],
      [0.03, () => seed.note("crash", () => turns.dropAll())],
      [0.02, () => seed.note("flush", () => Promise.all(boards.map((each) => under.lose(each))))],
      [0.06, () => seed.note("lose a board", () => under.lose(random.pick(boards)))],
      [0.2, () => this.reprice()],
      [seed.isCorrupting ? 0.3 : 0, () => this.corrupt()],
    ];
    let roll = random.next() * happenings.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, happens] of happenings) {
      roll -= weight;
      if (roll < 0) return void (await happens());
    }
  }

  private fateOf(what: string): Fate {
    const { random, mayLoseRaises } = this.seed;
    if (!random.chance(0.05)) return "well";
    const refused = what.startsWith("board") && !mayLoseRaises ? "unheard" : "refused";
    return random.pick<Fate>([refused, "unheard", "dies-before", "dies-after"]);
  }

  /** Begins one; one that dies is missed only when deliveries are brought back. */
  private async job(): Promise<void> {
    const { seed } = this;
    const { fillBoards, compareBoards, closeDay } = seed.nodes.application;
    const yesterday = plusDays(seed.today(), -1 - seed.random.below(2));
    const sync = ["sync", () => closeDay.execute(yesterday)] as const;
    const fill = ["fill", () => fillBoards.execute()] as const;
    const jobs: readonly (readonly [string, () => Promise<unknown>])[] = [
      ...[fill, fill, fill, fill],
      ["slice", () => compareBoards.next()],
      ["night", () => closeDay.closeDueDays(async () => {})],
      ...[sync, sync],
    ];
    const [what, begin] = seed.random.pick(jobs);
    this.jobs += 1;
    const ends = () => {
      this.jobs = Math.max(0, this.jobs - 1);
    };
    await seed.follow(what, begin().finally(ends));
  }

  private bringBack(): void {
    this.jobs = 0;
    this.seed.bus.bringBack();
  }

  /**
   * A moment, some hours, a missed week, or the time to the next day, to the last millisecond before it, or to the last
   * hour before it, in which tomorrow's boards are raised and then filled.
   */
  private span(): number {
    const { random, zone, clock, today } = this.seed;
    const toMidnight = startOfDay(plusDays(today.call(this.seed), 1), zone) - clock.at;
    const toTheBrink = toMidnight - random.below(2);
    const toTheLastHour = toMidnight - random.pick([59, 51, 49, 20]) * minute;
    const toNight = [toTheBrink, toTheBrink, toTheBrink, toTheLastHour, toTheLastHour].map((ms) => Math.max(ms, 1));
    return random.pick([1000, 35_000, 10 * minute, 5 * hour, 26 * hour, ...toNight, 8 * dayMs]);
  }

  private async record(): Promise<void> {
    const { seed } = this;
    const sales = seed.reports.next();
    const recorded = seed.nodes.application.recordSale.execute(sales).then(({ accepted, known }) => {
      if (accepted + known !== sales.length) seed.broken.push(`D1 ledger: ${accepted} + ${known} of ${sales.length}`);
    });
    await seed.follow(`record ${sales.map(({ saleId }) => saleId).join(" ")}`, recorded);
  }

  private async reprice(): Promise<void> {
    const { db, random } = this.seed;
    const [id, unitPrice] = [productId(random.pick(soldProducts)), money(random.below(5) * 100 + 7)];
    await new SqlUnitOfWork(db, () => {}).run((tx) => tx.products.change(id, { unitPrice }));
  }

  private async corrupt(): Promise<void> {
    const { under, random, history } = this.seed;
    const on = random.pick(this.seed.keptBoards());
    const id = productId(random.pick(soldProducts));
    const seen = (await under.board.scores(on, [id])).get(id);
    if (seen !== undefined) await under.board.lower(on, [{ productId: id, seen, quantity: random.below(9) }]);
    history.push(`corrupt ${nameOf(on)} ${id} ${seen}`);
  }
}

/** Runs one seed on boards that hold nothing yet, over whatever the last one has left in the database. */
export const simulateSales = (
  db: Database,
  under: BoardsUnderTest,
  seed: number,
  twins: SalesTwins = {},
): Promise<SalesRun> => new SalesSimulation(new SalesSeed(db, under, seed, twins)).run();
