import type { LookupAddress } from "node:dns";
import { lookup as lookUp } from "node:dns/promises";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { oneLine } from "../../application/dead-letter/dead-letter-of.js";
import type { Clock } from "../../application/ports/clock.js";
import type { Sent, WebhookTarget } from "../../application/ports/webhook-target.js";
import type { DomainEvent } from "../../domain/event.js";
import { hostOf, isPublicAddress } from "./public-address.js";
import { webhookSignature } from "./webhook-signature.js";

/** From looking up the name to the status line of the answer, ms. */
const mostMs = 5000;

/** Who is told, and how. */
export type WebhookListener = {
  /** http or https. */
  readonly url: string;
  readonly key: Uint8Array;
  /** Whether it may live on this machine or in a private network. */
  readonly allowPrivate: boolean;
  /** 5 s where it is not said. */
  readonly timeoutMs?: number;
};

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const allAddresses: Resolve = (name) => lookUp(name, { all: true });

/** One listener, called as Standard Webhooks has it. It follows no redirect and reads no answer beyond its status. */
export class HttpWebhookTarget implements WebhookTarget {
  private readonly listener: WebhookListener;
  private readonly clock: Clock;
  private readonly resolve: Resolve;
  private resolving: Promise<readonly LookupAddress[]> | undefined;

  constructor(listener: WebhookListener, clock: Clock, resolve: Resolve = allAddresses) {
    this.listener = listener;
    this.clock = clock;
    this.resolve = resolve;
  }

  async send(event: DomainEvent): Promise<Sent> {
    const { timeoutMs = mostMs } = this.listener;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const status = await this.post(event, signal);
      return status >= 200 && status < 300 ? "delivered" : { failed: `answered ${status}` };
    } catch (error) {
      return { failed: signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error) };
    }
  }

  private post(event: DomainEvent, signal: AbortSignal): Promise<number> {
    const url = new URL(this.listener.url);
    const literal = hostOf(url);
    // An address in the URL itself is connected to without any look-up.
    if (isIP(literal) !== 0) this.allowed([{ address: literal, family: isIP(literal) }]);
    const { id, timestamp, body } = this.message(event);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Rushboard",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": webhookSignature(this.listener.key, id, timestamp, body),
    };
    // No agent: a connection that was kept would be one that nobody checks again.
    const options = { method: "POST", headers, agent: false, lookup: this.lookup, signal } as const;
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "https:" ? overHttps : overHttp)(url, options);
      request.on("response", ({ statusCode = 0 }) => {
        resolve(statusCode);
        request.destroy();
      });
      request.on("error", reject);
      request.on("close", () => reject(new Error("closed without an answer")));
      request.end(body);
    });
  }

  /** The same id and body at every try. In an id a full stop, which parts what is signed, would be ambiguous. */
  private message({ id, type, at, data }: DomainEvent): { id: string; timestamp: number; body: string } {
    const timestamp = Math.floor(this.clock.now() / 1000);
    return { id: id.replaceAll(".", "-"), timestamp, body: JSON.stringify({ type, timestamp: at, data }) };
  }

  /** Checks the very addresses that are connected to: a name may mean another one by the next look-up. */
  private readonly lookup: LookupFunction = (name, { all }, answer) => {
    this.addressesOf(name)
      .then((found) => this.allowed(found))
      .then(
        ([first, ...others]) => (all ? answer(null, [first, ...others]) : answer(null, first.address, first.family)),
        (error) => answer(error, []),
      );
  };

  /** One look-up at a time: it holds one of the process's few threads for as long as name servers are silent. */
  private addressesOf(name: string): Promise<readonly LookupAddress[]> {
    this.resolving ??= this.resolve(name).finally(() => {
      this.resolving = undefined;
    });
    return this.resolving;
  }

  private allowed(found: readonly LookupAddress[]): readonly [LookupAddress, ...LookupAddress[]] {
    const [first, ...others] = found.filter(({ address }) => this.listener.allowPrivate || isPublicAddress(address));
    if (first !== undefined) return [first, ...others];
    throw new Error(`not called: ${found.map(({ address }) => address).join(", ")} is no public address`);
  }
}

/** Where every address of a name refuses, the error has a code and no message. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return oneLine(message || code || error);
};
