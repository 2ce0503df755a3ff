import { createHmac } from "node:crypto";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

/** An answer of the service, its JSON read. */
export type Reply = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number;
};

type Method = "GET" | "POST" | "DELETE";
type Headers = Readonly<Record<string, string>>;

/** How long a shopper keeps trying where the service says "later". */
const patienceMs = 120_000;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An HS256 token for the rehearsal's own callers, good for an hour. */
const tokenFor = (secret: string, sub: string, roles: readonly string[]): string => {
  const payload = { sub, roles, exp: Math.floor(Date.now() / 1000) + 3600 };
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(payload)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
};

/** Talks to one service as many callers, over a bounded number of connections. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128 });
  /** Streams stay open, so they must not take the requests' connections. */
  private readonly streams = new Agent({ keepAlive: false });
  private readonly base: URL;
  private readonly secret: string | undefined;
  /** Every ask that was told to come back later, or whose connection broke: method, path and answer. */
  readonly askedAgain: string[] = [];

  /** @param secret the service's `AUTH_SECRET`; without it the service must be in open mode */
  constructor(base: URL, secret: string | undefined) {
    this.base = base;
    this.secret = secret;
  }

  /** @throws what the connection throws */
  async call(
    method: Method,
    path: string,
    caller: string,
    body?: unknown,
    roles: readonly string[] = [],
    headers: Headers = {},
  ): Promise<Reply> {
    const response = await this.send(method, path, body, { ...this.credentials(caller, roles), ...headers });
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
   * The same until the answer is final: 503, 429 and broken connections are tried again, as a front end would. Status 0
   * where nothing was heard for two minutes.
   */
  async insist(...ask: Parameters<Client["call"]>): Promise<Reply> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const reply = await this.call(...ask).catch(() => null);
      if (reply !== null && reply.status !== 503 && reply.status !== 429) return reply;
      if (Date.now() > deadline) return reply ?? { status: 0, body: {}, retryAfterMs: 0 };
      this.askedAgain.push(
        `${ask[0]} ${ask[1]}: ${reply === null ? "no answer" : `${reply.status} ${reply.body.code}`}`,
      );
      await pause(Math.min(reply?.retryAfterMs ?? 1000, 1000) * (0.5 + Math.random() / 2));
    }
  }

  /**
   * Follows a task's stream and answers the data of its `settled` event; `null` where the stream ends or breaks
   * before it. `leaveEarly` hangs up at the first event, as a phone in a tunnel does.
   */
  async follow(path: string, caller: string, leaveEarly: boolean): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const response = await this.send("GET", path, undefined, this.credentials(caller, []), this.streams);
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
    this.streams.destroy();
  }

  private credentials(caller: string, roles: readonly string[]): Headers {
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
    const all = payload === undefined ? headers : { ...headers, "content-type": "application/json" };
    const send = this.base.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      send(new URL(path, this.base), { method, headers: all, ...(this.base.protocol === "http:" && { agent }) })
        .on("response", resolve)
        .on("error", reject)
        .end(payload);
    });
  }
}
