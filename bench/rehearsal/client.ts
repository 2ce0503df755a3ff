import { createHmac } from "node:crypto";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/** An answer of the service, its JSON read. */
export type Reply = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number;
};

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

  /** @param secret the service's `AUTH_SECRET`; without it the service must be in open mode */
  constructor(base: URL, secret: string | undefined) {
    this.base = base;
    this.secret = secret;
  }

  /** @throws what the connection throws */
  async call(
    method: "GET" | "POST",
    path: string,
    caller: string,
    body?: unknown,
    roles: string[] = [],
  ): Promise<Reply> {
    const response = await this.send(method, path, caller, body, roles, this.agent);
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
   * Follows a task's stream and answers the data of its `settled` event; `null` where the stream ends or breaks
   * before it. `leaveEarly` hangs up at the first event, as a phone in a tunnel does.
   */
  async follow(path: string, caller: string, leaveEarly: boolean): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const response = await this.send("GET", path, caller, undefined, [], this.streams);
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

  private send(
    method: string,
    path: string,
    caller: string,
    body: unknown,
    roles: readonly string[],
    agent: Agent,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = this.secret
      ? { authorization: `Bearer ${tokenFor(this.secret, caller, roles)}` }
      : { "x-user-id": caller };
    if (payload !== undefined) headers["content-type"] = "application/json";
    const send = this.base.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      send(new URL(path, this.base), { method, headers, ...(this.base.protocol === "http:" && { agent }) })
        .on("response", resolve)
        .on("error", reject)
        .end(payload);
    });
  }
}
