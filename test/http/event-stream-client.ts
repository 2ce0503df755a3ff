import { onTestFinished } from "vitest";
import type { HttpClients } from "../support/http-app.js";

/** A received event. */
export type StreamEvent = { readonly id: string | undefined; readonly event: string; readonly data: unknown };

/** Returns the events in a stream's text. */
export const eventsIn = (text: string): readonly StreamEvent[] =>
  [...text.matchAll(/^(?:id: (.+)\n)?event: ([\w-]+)\ndata: (.+)\n\n/gm)].map(([, id, event = "", data = ""]) => ({
    id,
    event,
    data: JSON.parse(data),
  }));

/** Returns the names of the events in a stream's text. */
export const namesIn = (text: string): readonly string[] => eventsIn(text).map(({ event }) => event);

/** Opens a stream on a separate connection; the test reads it piece by piece. */
export const openStream = async (app: HttpClients, path: string, as = "kim", headers: Record<string, string> = {}) => {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(app.url + path, { headers: { "x-user-id": as, ...headers }, signal: abort.signal });
  const pieces = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  /** Reads until `awaited` has arrived or the stream has ended; returns everything that has arrived. */
  const until = async (awaited: string): Promise<string> => {
    while (!text.includes(awaited)) {
      const piece = await pieces?.next();
      if (piece === undefined || piece.done) break;
      text += piece.value;
    }
    return text;
  };
  return { response, until, toEnd: () => until("\u0000"), leave: () => abort.abort() };
};
