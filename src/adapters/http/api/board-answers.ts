import type { WatchBoards } from "../../../application/board/watch-boards.js";
import type { BoardText } from "../../../application/board/watched-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { WatchedBoards } from "../../../application/ports/notices.js";
import { BriefAnswers } from "../server/brief-answers.js";
import { type EventStream, eventFrame } from "../server/event-stream.js";
import type { Answer } from "../server/route.js";

/** One board as one query asks for it. */
export type BoardQuery = {
  readonly boards: WatchedBoards;
  /** Tells it from any other board and query. */
  readonly name: string;
  /** The answer's body; `asOf` in it is when it was read. */
  readonly read: () => Promise<Readonly<Record<string, unknown>>>;
};

/** A board in the texts that go out, each made once however many receive it. */
type ShownBoard = BoardText & { readonly json: string };

const shownBy = (read: BoardQuery["read"]) => async (): Promise<ShownBoard> => {
  const body = await read();
  const json = JSON.stringify(body);
  return { json, text: eventFrame("board", json), state: JSON.stringify({ ...body, asOf: undefined }) };
};

/** Boards as they are answered and streamed: read, and made into text, once for all who ask within half a second. */
export class BoardAnswers {
  private readonly brief: BriefAnswers<ShownBoard>;
  private readonly watchBoards: WatchBoards;

  constructor(watchBoards: WatchBoards, clock: Clock) {
    this.brief = new BriefAnswers(clock);
    this.watchBoards = watchBoards;
  }

  async answer({ name, read }: BoardQuery): Promise<Answer> {
    const { json } = await this.brief.recent(name, shownBy(read));
    return { status: 200, type: "application/json; charset=utf-8", text: json };
  }

  /** Sends the board at once and on change, until the stream is over. */
  async stream({ boards, name, read }: BoardQuery, stream: EventStream): Promise<Answer> {
    const shown = shownBy(read);
    const leave = await this.watchBoards.watch(
      boards,
      name,
      (age) => (age === "now" ? this.brief.renewed(name, shown) : this.brief.recent(name, shown)),
      (frame) => stream.send(frame),
    );
    stream.onClose(leave);
    return stream;
  }
}
