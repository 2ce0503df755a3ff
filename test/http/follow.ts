import { onTestFinished } from "vitest";
import type { HttpApp } from "../support/http-app.js";

/** A stream that somebody reads piece by piece. */
export const follow = async (app: HttpApp, path: string, as = "kim", headers: Record<string, string> = {}) => {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  const response = await fetch(app.url + path, { headers: { "x-user-id": as, ...headers }, signal: gone.signal });
  const pieces = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  /** Reads on until it has come, or the stream has ended; answers all that has come. */
  const until = async (awaited: string): Promise<string> => {
    while (!text.includes(awaited)) {
      const piece = await pieces?.next();
      if (piece === undefined || piece.done) break;
      text += piece.value;
    }
    return text;
  };
  return { response, until, toEnd: () => until("no text of ours\u0000"), leave: () => gone.abort() };
};

/** The names of the events in a stream's text. */
export const namesIn = (text: string) => [...text.matchAll(/^event: ([\w-]+)$/gm)].map(([, name]) => name);
