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

type StoredBoard = {
  readonly keptUntil: number;
  version: BoardVersion;
  /** `null`: cold. */
  policy: ScorePolicy | null;
  /** Best first. */
  entries: readonly BoardEntry[];
};

/** The sold-out boards in process memory. Each step is atomic, because no step waits. */
export class MemorySoldOutBoard implements SoldOutBoard {
  private readonly boards = new Map<string, StoredBoard>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null> {
    const stored = this.find(board);
    if (stored?.policy !== policy) return null;
    return stored.entries.slice(0, limit).map(({ member }) => scheduleIdOf(member));
  }

  async record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold"> {
    const stored = this.findOrCreate(board);
    stored.version = newVersion();
    if (stored.policy !== policy) {
      stored.policy = null;
      return "cold";
    }
    const entries = new Map(stored.entries.map((entry) => [entry.member, entry]));
    for (const sellOut of sellOuts) {
      const entry = entryOf(policy, sellOut);
      if (!entries.has(entry.member)) entries.set(entry.member, entry);
    }
    stored.entries = [...entries.values()].sort(compareEntries).slice(0, boardSize);
    return "recorded";
  }

  async version(board: Board): Promise<BoardVersion> {
    return this.findOrCreate(board).version;
  }

  async write(
    board: Board,
    policy: ScorePolicy,
    sellOuts: readonly SellOut[],
    version: BoardVersion,
  ): Promise<Written> {
    const stored = this.find(board);
    if (stored?.version !== version) return { kind: "stale" };
    const entries = bestEntries(policy, sellOuts);
    const drift = driftOf(stored.entries, entries);
    Object.assign(stored, { policy, entries });
    return { kind: "written", drift };
  }

  private find(board: Board): StoredBoard | undefined {
    const name = nameOf(board);
    const stored = this.boards.get(name);
    if (stored === undefined || stored.keptUntil > this.clock.now()) return stored;
    this.boards.delete(name);
    return undefined;
  }

  private findOrCreate(board: Board): StoredBoard {
    const found = this.find(board);
    if (found !== undefined) return found;
    const keptUntil = board.name === "weekly" ? board.keptUntil : Number.POSITIVE_INFINITY;
    const created: StoredBoard = { keptUntil, version: newVersion(), policy: null, entries: [] };
    this.boards.set(nameOf(board), created);
    return created;
  }
}

const newVersion = (): BoardVersion => randomUUID() as string as BoardVersion;

const nameOf = (board: Board): string => (board.name === "weekly" ? board.week : board.name);

/** Counts the members that are missing from one side or have different scores. */
const driftOf = (before: readonly BoardEntry[], wanted: readonly BoardEntry[]): number => {
  const scores = new Map(before.map(({ member, score }) => [member, score]));
  const differing = wanted.filter(({ member, score }) => scores.get(member) !== score).length;
  for (const { member } of wanted) scores.delete(member);
  return differing + scores.size;
};
