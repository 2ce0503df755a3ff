import { randomUUID } from "node:crypto";
import type { BoardVersion, SoldOutBoard, Written } from "../../application/ports/sold-out-board.js";
import type { ScheduleId } from "../../domain/ids.js";
import { type Board, boardSize, type SellOut } from "../../domain/sold-out.js";
import { type BoardEntry, bestEntries, entryOf, type ScorePolicy, scheduleIdOf } from "../../domain/sold-out-score.js";
import type { RedisClient } from "./redis-client.js";
import { soldOutBoardKeys } from "./redis-keys.js";

/** The sold-out boards in Redis: per board a sorted set and a marker. Each call runs one script. */
export class RedisSoldOutBoard implements SoldOutBoard {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null> {
    const members = (await this.client.run("readTopSoldOut", keysOf(board), policy, limit)) as readonly string[] | null;
    return members?.map(scheduleIdOf) ?? null;
  }

  async record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold"> {
    const entries = sellOuts.map((sellOut) => entryOf(policy, sellOut));
    const args = [policy, randomUUID(), keptUntilOf(board), boardSize, ...entries.flatMap(argsOf)];
    return (await this.client.run("recordSoldOut", keysOf(board), ...args)) === 1 ? "recorded" : "cold";
  }

  // A version is a random id, not a counter: after a rewind a counter could reach the same number again.
  async version(board: Board): Promise<BoardVersion> {
    const { marker } = soldOutBoardKeys(board);
    return (await this.client.run("readSoldOutVersion", [marker], randomUUID(), keptUntilOf(board))) as BoardVersion;
  }

  async write(
    board: Board,
    policy: ScorePolicy,
    sellOuts: readonly SellOut[],
    version: BoardVersion,
  ): Promise<Written> {
    const args = [policy, version, keptUntilOf(board), ...bestEntries(policy, sellOuts).flatMap(argsOf)];
    const drift = await this.client.run("writeSoldOut", keysOf(board), ...args);
    return drift === null ? { kind: "stale" } : { kind: "written", drift: drift as number };
  }
}

const keysOf = (board: Board): readonly string[] => Object.values(soldOutBoardKeys(board));
const keptUntilOf = (board: Board): number => (board.name === "weekly" ? board.keptUntil : 0);
const argsOf = ({ score, member }: BoardEntry) => [score, member];
