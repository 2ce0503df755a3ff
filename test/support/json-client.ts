import { setTimeout as sleep } from "node:timers/promises";

/** JSON of a shape that the test does not declare. */
export type Json = { readonly [key: string]: Json };

/** A response; `body` is its JSON, if it is JSON. */
export type Fetched = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
};

/** `as`: the shopper, in open mode. A body that is not a string is sent as JSON. */
export type RequestFacts = {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Returns a function that sends requests to the address. */
export const jsonClient =
  (url: string) =>
  async (method: string, path: string, { as, body, headers }: RequestFacts = {}): Promise<Fetched> => {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(as !== undefined && { "x-user-id": as }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) as Json };
  };

/** As `jsonClient`, but repeats a request while the response is 503, as clients of a busy service should. */
export const retryingJsonClient = (url: string): ReturnType<typeof jsonClient> => {
  const send = jsonClient(url);
  return async (...request) => {
    let response = await send(...request);
    for (; response.status === 503; response = await send(...request)) await sleep(200);
    return response;
  };
};

/** Parses the bytes of a response. */
export const parsedResponse = (bytes: string): Fetched => {
  const [head = "", text = ""] = bytes.split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(":")[0] ?? "", line.split(": ")[1] ?? ""]),
  );
  return { status: Number(start.split(" ")[1]), headers, text, body: parsed(text) as Json };
};
