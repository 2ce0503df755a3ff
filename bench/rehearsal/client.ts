import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { signToken } from "../../src/bootstrap/sign-token.js";

/** A response of the service with its JSON body. */
export type Reply = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number;
};

type Method = "GET" | "POST" | "DELETE";
type Headers = Readonly<Record<string, string>>;

/** How long `callWithRetry` tries. */
const retryMs = 120_000;

/** Returns an HS256 token that is valid for one hour. */
const tokenFor = (secret: string, sub: string, roles: readonly string[]): string =>
  signToken(secret, { sub, roles, exp: Math.floor(Date.now() / 1000) + 3600 });

/** Calls one service on behalf of many callers, over at most 128 connections plus one per open stream. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128 });
  /** Streams stay open, so they have their own connections. */
  private readonly streamAgent = new Agent({ keepAlive: false });
  private readonly base: URL;
  private readonly secret: string | undefined;
  /** All calls that were retried: method, path and response. */
  readonly retries: string[] = [];

  /** @param secret the service's `AUTH_SECRET`; without it the service must be in open mode */
  constructor(base: URL, secret: string | undefined) {
    this.base = base;
    this.secret = secret;
  }

  /** Sends one request. @throws the error of the connection */
  async call(
    method: Method,
    path: string,
    caller: string,
    body?: unknown,
    roles: readonly string[] = [],
    headers: Headers = {},
  ): Promise<Reply> {
    const response = await this.send(method, path, body, { ...this.authHeaders(caller, roles), ...headers });
    let text = "";
    response.setEncoding("utf8");
    for await (const chunk of response) text += chunk;
    return {
      status: response.statusCode ?? 0,
      body: text === "" ? {} : JSON.parse(text),
      retryAfterMs: Number(response.headers["retry-after"] ?? 1) * 1000,
    };
  }

  /**
   * Sends a request and retries after 503, 429 and broken connections, as a front end does. Returns the last response after
   * two minutes, or status 0 if there was none.
   */
  async callWithRetry(...args: Parameters<Client["call"]>): Promise<Reply> {
    const deadline = Date.now() + retryMs;
    for (;;) {
      const reply = await this.call(...args).catch(() => null);
      if (reply !== null && reply.status !== 503 && reply.status !== 429) return reply;
      if (Date.now() > deadline) return reply ?? { status: 0, body: {}, retryAfterMs: 0 };
      const result = reply === null ? "no response" : `${reply.status} ${reply.body.code} ${reply.body.cause ?? ""}`;
      this.retries.push(`${args[0]} ${args[1]}: ${result}`);
      await sleep(Math.min(reply?.retryAfterMs ?? 1000, 1000) * (0.5 + Math.random() / 2));
    }
  }

  /**
   * Follows a task's stream. Returns the data of its `settled` event, or null if the stream ends or breaks before it.
   * With `leaveEarly` it disconnects after the first event, as a phone that loses its connection.
   */
  async follow(path: string, caller: string, leaveEarly: boolean): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const response = await this.send("GET", path, undefined, this.authHeaders(caller, []), this.streamAgent);
      let text = "";
      response.setEncoding("utf8");
      for await (const chunk of response) {
        text += chunk;
        const settled = /event: settled\n(?:.*\n)*?data: (.*)\n/.exec(text)?.[1];
        if (settled !== undefined) return JSON.parse(settled);
        if (leaveEarly && text.includes("event: pending")) break;
      }
    } catch {
      // The caller reconnects.
    }
    return null;
  }

  close(): void {
    this.agent.destroy();
    this.streamAgent.destroy();
  }

  private authHeaders(caller: string, roles: readonly string[]): Headers {
    return this.secret ? { authorization: `Bearer ${tokenFor(this.secret, caller, roles)}` } : { "x-user-id": caller };
  }

  private send(
    method: Method,
    path: string,
    body: unknown,
    headers: Headers,
    agent: Agent = this.agent,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const allHeaders = payload === undefined ? headers : { ...headers, "content-type": "application/json" };
    const send = this.base.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      send(new URL(path, this.base), { method, headers: allHeaders, ...(this.base.protocol === "http:" && { agent }) })
        .on("response", resolve)
        .on("error", reject)
        .end(payload);
    });
  }
}
