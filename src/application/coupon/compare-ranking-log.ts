import type { TaskId } from "../../domain/ids.js";
import { dayMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { ComparedClaim, RankingLogEntry, RankingLogQueries } from "../ports/ranking-log-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { keptDays } from "../retention/purge-rows.js";

/** Claims per page, and pages per run. */
const usualSizes = { page: 1000, pages: 20 };
/** Later passes begin after the claims that have been settled for this long: the log never loses an entry. */
const finalAfterMs = 600_000;

/**
 * Compares settled claims with the ranking log and adds the entries whose events the bus has lost. Ids of tasks grow
 * with time, so usually only the claims of the last minutes are read. A pass over all claims follows once a day.
 */
export class CompareRankingLog {
  private readonly log: RankingLogQueries;
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly lostAfterMs: number;
  private readonly sizes: typeof usualSizes;
  private last: TaskId | null = null;
  /** The task before the first claim of this pass that is not final; `undefined` if there is none yet. */
  private nextStart: TaskId | null | undefined;
  private fullPassAt: number | undefined;

  /** @param lostAfterMs how long the bus may take to deliver an event; then its entry counts as lost, ms */
  constructor(log: RankingLogQueries, work: UnitOfWork, clock: Clock, lostAfterMs: number, sizes = usualSizes) {
    this.log = log;
    this.work = work;
    this.clock = clock;
    this.lostAfterMs = lostAfterMs;
    this.sizes = sizes;
  }

  /** Compares the next claims, at most 20,000. Returns how many entries it added. */
  async execute(): Promise<number> {
    let added = 0;
    for (let page = 0; page < this.sizes.pages; page += 1) {
      const claims = await this.log.compareAfter(this.last, this.sizes.page);
      added += await this.addMissing(claims);
      this.advance(claims);
      if (claims.length < this.sizes.page) {
        this.startPass();
        break;
      }
    }
    return added;
  }

  private async addMissing(claims: readonly ComparedClaim[]): Promise<number> {
    const now = this.clock.now();
    // An entry that has been purged must not come back.
    const oldest = now - keptDays["ranking-logs"] * dayMs;
    const missing = claims.flatMap(({ entry, isLogged }): readonly RankingLogEntry[] =>
      entry !== null && !isLogged && entry.at > oldest && entry.at < now - this.lostAfterMs ? [entry] : [],
    );
    if (missing.length > 0) await this.work.run((tx) => tx.rankingLog.add(missing));
    return missing.length;
  }

  private advance(claims: readonly ComparedClaim[]): void {
    const finalBefore = this.clock.now() - finalAfterMs;
    for (const { taskId, entry } of claims) {
      if (this.nextStart === undefined && (entry === null || entry.at >= finalBefore)) this.nextStart = this.last;
      this.last = taskId;
    }
  }

  private startPass(): void {
    const now = this.clock.now();
    // The first pass of a process is a full one.
    this.fullPassAt ??= now;
    if (now - this.fullPassAt >= dayMs) {
      this.fullPassAt = now;
      this.last = null;
    } else if (this.nextStart !== undefined) this.last = this.nextStart;
    this.nextStart = undefined;
  }
}
