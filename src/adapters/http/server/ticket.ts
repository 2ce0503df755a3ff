import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../application/ports/clock.js";
import { type UserId, userIdPattern } from "../../../domain/ids.js";

const lifeSeconds = 3600;
const shape = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{2,172})\.([A-Za-z0-9_-]{43})$/;

/** What a ticket can open, by the name of its parameter in the path. */
export type Ticketed = "taskId" | "orderId";

/**
 * Tickets open one thing's event stream to one shopper for an hour, for browsers' `EventSource` cannot send headers.
 * `<expiry, seconds, base 36>.<shopper>.<HMAC-SHA256 over kind, thing, shopper and expiry>`, all safe in a URL.
 */
export class Tickets {
  private key: KeyObject | undefined;
  private readonly readKey: () => Promise<Uint8Array>;
  private readonly clock: Clock;

  /** `readKey` is asked until it answers once: the key lives in the database, which may come later than we do. */
  constructor(readKey: () => Promise<Uint8Array>, clock: Clock) {
    this.readKey = readKey;
    this.clock = clock;
  }

  /** A ticket for the thing's stream. @throws DomainError `engine-unavailable` while the key cannot be read. */
  async issue(kind: Ticketed, thingId: string, shopper: UserId): Promise<string> {
    const key = this.key ?? (await this.open());
    const expiry = (Math.floor(this.clock.now() / 1000) + lifeSeconds).toString(36);
    const name = Buffer.from(shopper, "latin1").toString("base64url");
    return `${expiry}.${name}.${sign(key, kind, thingId, shopper, expiry).toString("base64url")}`;
  }

  /** Whom the ticket admits to the thing's stream; nobody when it is bad, expired or of another thing. */
  async shopper(ticket: string, kind: Ticketed, thingId: string): Promise<UserId | undefined> {
    const [, expiry, name, mac] = shape.exec(ticket) ?? [];
    if (expiry === undefined || name === undefined || mac === undefined) return undefined;
    const shopper = Buffer.from(name, "base64url").toString("latin1");
    if (!userIdPattern.test(shopper)) return undefined;
    const expected = sign(this.key ?? (await this.open()), kind, thingId, shopper as UserId, expiry);
    if (!timingSafeEqual(expected, Buffer.from(mac, "base64url"))) return undefined;
    return Number.parseInt(expiry, 36) * 1000 > this.clock.now() ? (shopper as UserId) : undefined;
  }

  private async open(): Promise<KeyObject> {
    this.key = createSecretKey(await this.readKey());
    return this.key;
  }
}

// Neither an id, a shopper nor an expiry can hold a line feed, so no two lists of facts sign alike.
const sign = (key: KeyObject, ...facts: readonly [Ticketed, thingId: string, UserId, expiry: string]): Buffer =>
  createHmac("sha256", key).update(facts.join("\n")).digest();
