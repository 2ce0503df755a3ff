import { randomUUID } from "node:crypto";
import type { BoardVersion, SoldOutBoard, Written } from "../../application/ports/sold-out-board.js";
import type { ScheduleId } from "../../domain/ids.js";
import { type Board, boardSize, type SellOut } from "../../domain/sold-out.js";
import { type BoardEntry, bestEntries, entryOf, type ScorePolicy, scheduleIdOf } from "../../domain/sold-out-score.js";
import type { RedisClient } from "./redis-client.js";
import { soldOutBoardKeys } from "./redis-keys.js";

/** A sorted set a board and a marker beside it; every step is one script. */
export class RedisSoldOutBoard implements SoldOutBoard {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null> {
    const members = (await this.client.run("topSoldOut", keysOf(board), policy, limit)) as readonly string[] | null;
    return members?.map(scheduleIdOf) ?? null;
  }

  async record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold"> {
    const entries = sellOuts.map((sellOut) => entryOf(policy, sellOut));
    const facts = [policy, randomUUID(), keptUntilOf(board), boardSize, ...entries.flatMap(scored)];
    return (await this.client.run("recordSoldOut", keysOf(board), ...facts)) === 1 ? "recorded" : "cold";
  }

  // A version is a name that nobody has used, never a count: after a rewind a count would come to the same number again.
  async version(board: Board): Promise<BoardVersion> {
    const { marker } = soldOutBoardKeys(board);
    return (await this.client.run("soldOutVersion", [marker], randomUUID(), keptUntilOf(board))) as BoardVersion;
  }

  async write(
    board: Board,
    policy: ScorePolicy,
    sellOuts: readonly SellOut[],
    version: BoardVersion,
  ): Promise<Written> {
    const facts = [policy, version, keptUntilOf(board), ...bestEntries(policy, sellOuts).flatMap(scored)];
    const drift = await this.client.run("writeSoldOut", keysOf(board), ...facts);
    return drift === null ? { kind: "stale" } : { kind: "written", drift: drift as number };
  }
}

const keysOf = (board: Board): readonly string[] => Object.values(soldOutBoardKeys(board));
const keptUntilOf = (board: Board): number => (board.name === "weekly" ? board.keptUntil : 0);
const scored = ({ score, member }: BoardEntry) => [score, member];
