import { randomUUID } from "node:crypto";
import type { Clock } from "../../application/ports/clock.js";
import type { BoardVersion, SoldOutBoard, Written } from "../../application/ports/sold-out-board.js";
import type { ScheduleId } from "../../domain/ids.js";
import { type Board, boardSize, type SellOut } from "../../domain/sold-out.js";
import {
  type BoardEntry,
  bestEntries,
  compareEntries,
  entryOf,
  type ScorePolicy,
  scheduleIdOf,
} from "../../domain/sold-out-score.js";

type Kept = {
  readonly keptUntil: number;
  version: BoardVersion;
  /** `null`: cold. */
  policy: ScorePolicy | null;
  /** Best first. */
  entries: readonly BoardEntry[];
};

/** The boards of a process that is alone; each step is atomic because nothing in it waits. */
export class MemorySoldOutBoard implements SoldOutBoard {
  private readonly boards = new Map<string, Kept>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null> {
    const kept = this.find(board);
    if (kept?.policy !== policy) return null;
    return kept.entries.slice(0, limit).map(({ member }) => scheduleIdOf(member));
  }

  async record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold"> {
    const kept = this.findOrOpen(board);
    kept.version = newVersion();
    if (kept.policy !== policy) {
      kept.policy = null;
      return "cold";
    }
    const entries = new Map(kept.entries.map((entry) => [entry.member, entry]));
    for (const sellOut of sellOuts) {
      const entry = entryOf(policy, sellOut);
      if (!entries.has(entry.member)) entries.set(entry.member, entry);
    }
    kept.entries = [...entries.values()].sort(compareEntries).slice(0, boardSize);
    return "recorded";
  }

  async version(board: Board): Promise<BoardVersion> {
    return this.findOrOpen(board).version;
  }

  async write(
    board: Board,
    policy: ScorePolicy,
    sellOuts: readonly SellOut[],
    version: BoardVersion,
  ): Promise<Written> {
    const kept = this.find(board);
    if (kept?.version !== version) return { kind: "stale" };
    const entries = bestEntries(policy, sellOuts);
    const drift = driftOf(kept.entries, entries);
    Object.assign(kept, { policy, entries });
    return { kind: "written", drift };
  }

  private find(board: Board): Kept | undefined {
    const name = nameOf(board);
    const kept = this.boards.get(name);
    if (kept === undefined || kept.keptUntil > this.clock.now()) return kept;
    this.boards.delete(name);
    return undefined;
  }

  private findOrOpen(board: Board): Kept {
    const found = this.find(board);
    if (found !== undefined) return found;
    const keptUntil = board.name === "weekly" ? board.keptUntil : Number.POSITIVE_INFINITY;
    const kept: Kept = { keptUntil, version: newVersion(), policy: null, entries: [] };
    this.boards.set(nameOf(board), kept);
    return kept;
  }
}

const newVersion = (): BoardVersion => randomUUID() as string as BoardVersion;

const nameOf = (board: Board): string => (board.name === "weekly" ? board.week : board.name);

/** How many members are on one side only, or have another score on the other. */
const driftOf = (before: readonly BoardEntry[], wanted: readonly BoardEntry[]): number => {
  const scores = new Map(before.map(({ member, score }) => [member, score]));
  const differing = wanted.filter(({ member, score }) => scores.get(member) !== score).length;
  for (const { member } of wanted) scores.delete(member);
  return differing + scores.size;
};
