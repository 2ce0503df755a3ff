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

/** From the DNS lookup to the status line of the response, ms. */
const defaultTimeoutMs = 5000;

/** Where webhooks are sent, and how. */
export type WebhookListener = {
  /** http or https. */
  readonly url: string;
  readonly key: Uint8Array;
  /** Whether the address may be on this machine or in a private network. */
  readonly allowPrivate: boolean;
  /** Default: 5,000. */
  readonly timeoutMs?: number;
};

/** Returns all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const allAddresses: Resolve = (name) => lookUp(name, { all: true });

/** Sends webhooks to one listener, as specified by Standard Webhooks. Follows no redirect, reads only the status. */
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
    const { timeoutMs = defaultTimeoutMs } = this.listener;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const status = await this.post(event, signal);
      return status >= 200 && status < 300 ? "delivered" : { failed: `status ${status}` };
    } catch (error) {
      return { failed: signal.aborted ? `no response within ${timeoutMs} ms` : reasonOf(error) };
    }
  }

  private post(event: DomainEvent, signal: AbortSignal): Promise<number> {
    const url = new URL(this.listener.url);
    const literal = hostOf(url);
    // An IP address in the URL is used without a lookup.
    if (isIP(literal) !== 0) this.permitted([{ address: literal, family: isIP(literal) }]);
    const { id, timestamp, body } = this.message(event);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Rushboard",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": webhookSignature(this.listener.key, id, timestamp, body),
    };
    // No agent: the address of a reused connection would not be checked again.
    const options = { method: "POST", headers, agent: false, lookup: this.lookup, signal } as const;
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "https:" ? overHttps : overHttp)(url, options);
      request.on("response", ({ statusCode = 0 }) => {
        resolve(statusCode);
        request.destroy();
      });
      request.on("error", reject);
      request.on("close", () => reject(new Error("closed without a response")));
      request.end(body);
    });
  }

  /** Returns the same id and body at every attempt. The signed text is separated by dots, so the id must have none. */
  private message({ id, type, at, data }: DomainEvent): { id: string; timestamp: number; body: string } {
    const timestamp = Math.floor(this.clock.now() / 1000);
    return { id: id.replaceAll(".", "-"), timestamp, body: JSON.stringify({ type, timestamp: at, data }) };
  }

  /** Checks the addresses that are used for the connection: a later lookup of the name may return others. */
  private readonly lookup: LookupFunction = (name, { all }, callback) => {
    this.addressesOf(name)
      .then((found) => this.permitted(found))
      .then(
        ([first, ...others]) =>
          all ? callback(null, [first, ...others]) : callback(null, first.address, first.family),
        (error) => callback(error, []),
      );
  };

  /** Runs one lookup at a time: a lookup occupies one of the few threads of libuv until the name server answers. */
  private addressesOf(name: string): Promise<readonly LookupAddress[]> {
    this.resolving ??= this.resolve(name).finally(() => {
      this.resolving = undefined;
    });
    return this.resolving;
  }

  private permitted(found: readonly LookupAddress[]): readonly [LookupAddress, ...LookupAddress[]] {
    const [first, ...others] = found.filter(({ address }) => this.listener.allowPrivate || isPublicAddress(address));
    if (first !== undefined) return [first, ...others];
    throw new Error(`not sent: ${found.map(({ address }) => address).join(", ")} is not a public address`);
  }
}

/** Returns the reason in one line. If every address of a name refuses, the error has a code but no message. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return oneLine(message || code || error);
};
