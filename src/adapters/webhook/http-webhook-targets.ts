import { Agent as HttpAgent, request as overHttp } from "node:http";
import { Agent as HttpsAgent, request as overHttps } from "node:https";
import { oneLine } from "../../application/dead-letter/dead-letter-of.js";
import type { Clock } from "../../application/ports/clock.js";
import type { Sent, WebhookEndpoint, WebhookTarget, WebhookTargets } from "../../application/ports/webhook-targets.js";
import { maxConcurrentSends } from "../../application/webhook/deliver-to-webhook.js";
import type { DomainEvent } from "../../domain/event.js";
import { CheckedLookup, type Resolve } from "./checked-lookup.js";
import { resolveName } from "./resolve-name.js";
import { discardBody } from "./response-body.js";
import { signatureHeader, signingKeyOf } from "./webhook-signature.js";

/** From the DNS lookup to the status line of the response, ms. */
const defaultTimeoutMs = 5000;
/** An idle connection is closed after this time, ms: most servers keep one for 5 s or longer. */
const idleMs = 4000;

export type WebhookNetwork = {
  /** Whether targets may be on this machine or in a private network. */
  readonly allowPrivate: boolean;
  /** Default: 5,000. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
};

/** Sends webhooks as specified by Standard Webhooks. Follows no redirect. */
export class HttpWebhookTargets implements WebhookTargets {
  private readonly network: WebhookNetwork;
  private readonly clock: Clock;

  constructor(network: WebhookNetwork, clock: Clock) {
    this.network = network;
    this.clock = clock;
  }

  open(endpoint: WebhookEndpoint): WebhookTarget {
    return new HttpWebhookTarget(endpoint, this.network, this.clock);
  }
}

class HttpWebhookTarget implements WebhookTarget {
  private readonly url: URL;
  private readonly keys: readonly Uint8Array[];
  private readonly timeoutMs: number;
  private readonly lookup: CheckedLookup;
  private readonly agent: HttpAgent;
  private readonly clock: Clock;

  constructor({ url, secrets }: WebhookEndpoint, network: WebhookNetwork, clock: Clock) {
    this.url = new URL(url);
    this.keys = secrets.map(signingKeyOf);
    this.timeoutMs = network.timeoutMs ?? defaultTimeoutMs;
    this.lookup = new CheckedLookup(network.resolve ?? resolveName, network.allowPrivate);
    const options = { keepAlive: true, maxSockets: maxConcurrentSends, timeout: idleMs };
    this.agent = this.isHttps ? new HttpsAgent(options) : new HttpAgent(options);
    this.clock = clock;
  }

  async send(event: DomainEvent): Promise<Sent> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const status = await this.postAgainIfClosed(event, signal);
      if (status >= 200 && status < 300) return { delivered: true, status };
      return { delivered: false, status, reason: `status ${status}` };
    } catch (error) {
      const reason = signal.aborted ? `no response within ${this.timeoutMs} ms` : reasonOf(error);
      return { delivered: false, status: null, reason };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private get isHttps(): boolean {
    return this.url.protocol === "https:";
  }

  /** A target may close an idle connection at the moment in which it is used again: then nothing was received. */
  private async postAgainIfClosed(event: DomainEvent, signal: AbortSignal): Promise<number> {
    try {
      return await this.post(event, signal);
    } catch (error) {
      const { code, isReused } = error as NodeJS.ErrnoException & { readonly isReused?: boolean };
      if (code === "ECONNRESET" && isReused === true) return this.post(event, signal);
      throw error;
    }
  }

  private post(event: DomainEvent, signal: AbortSignal): Promise<number> {
    this.lookup.checkUrl(this.url);
    const { id, timestamp, body } = this.message(event);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Rushboard",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatureHeader(this.keys, id, timestamp, body),
    };
    // The lookup checks the addresses of each new connection. A reused connection leads to an address that was checked.
    const options = { method: "POST", headers, agent: this.agent, lookup: this.lookup.lookup, signal } as const;
    return new Promise((resolve, reject) => {
      const request = (this.isHttps ? overHttps : overHttp)(this.url, options);
      let hasResponse = false;
      const fail = (error: Error) => {
        if (!hasResponse) reject(Object.assign(error, { isReused: request.reusedSocket }));
      };
      request.on("response", (response) => {
        hasResponse = true;
        const { statusCode = 0 } = response;
        // A send lasts until its connection can be reused, so that no send waits for a connection.
        void discardBody(response).then(() => resolve(statusCode));
      });
      request.on("error", fail);
      request.on("close", () => fail(new Error("closed without a response")));
      request.end(body);
    });
  }

  /** Returns the same id and body at every attempt. The signed text is separated by dots, so the id must have none. */
  private message({ id, type, at, data }: DomainEvent): { id: string; timestamp: number; body: string } {
    const timestamp = Math.floor(this.clock.now() / 1000);
    return { id: id.replaceAll(".", "-"), timestamp, body: JSON.stringify({ type, timestamp: at, data }) };
  }
}

/** Returns the reason in one line. If every address of a name refuses, the error has a code but no message. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return oneLine(message || code || error);
};
