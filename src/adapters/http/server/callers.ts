import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { errors, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Clock } from "../../../application/ports/clock.js";
import { idPattern, type UserId, userIdPattern } from "../../../domain/ids.js";
import { Mac } from "./mac.js";
import { EdgeProblem } from "./problem-json.js";
import { PublishedKeys } from "./published-keys.js";

type ExpectedClaims = { readonly issuer?: string; readonly audience?: string };

/** How callers authenticate. `open`: the header `X-User-Id` names the shopper, and every caller has every role. */
export type Auth =
  | { readonly mode: "open" }
  /** HS256 only; at least 32 bytes. */
  | ({ readonly mode: "secret"; readonly secret: string } & ExpectedClaims)
  /** RS256, ES256 and EdDSA only. */
  | ({ readonly mode: "jwks"; readonly url: URL } & ExpectedClaims);

/** Who sends a request, and with which roles. */
export type Caller = { readonly shopper: UserId | null; readonly admin: boolean; readonly service: boolean };

/** Returns the caller that the request's headers name. @throws EdgeProblem `unauthorized`, `keys-unavailable` */
export type Identify = (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;

/** A 401. `error` is the `error_description` of `WWW-Authenticate`, if credentials were sent. */
export const unauthorized = (mode: Auth["mode"], detail: string, error?: string): EdgeProblem => {
  const scheme = mode === "open" ? "X-User-Id" : "Bearer";
  const description = error === undefined ? "" : `, error="invalid_token", error_description="${error}"`;
  const headers = ["WWW-Authenticate", `${scheme} realm="rushboard"${description}`];
  return new EdgeProblem("unauthorized", { detail, headers });
};

/** A 401 because a shopper's route was called without any credentials. */
export const noCredentials = (mode: Auth["mode"]): EdgeProblem =>
  unauthorized(mode, `The header ${mode === "open" ? "X-User-Id" : "Authorization"} is required.`);

const identifyOpen: Identify = ({ "x-user-id": name }) => {
  if (name === undefined) return { shopper: null, admin: true, service: true };
  if (typeof name !== "string" || !userIdPattern.test(name)) {
    const rule = "1 to 128 visible ASCII characters";
    throw unauthorized("open", `The header X-User-Id must be ${rule}.`, `X-User-Id is ${rule}`);
  }
  return { shopper: name as UserId, admin: true, service: true };
};

const maxTokens = 20_000;
/** Verified tokens and published keys are cached for this long at most; a revoked one stays valid until then. */
const cacheMs = 5 * 60_000;

const callerOf = ({ sub, roles }: JWTPayload): Caller => {
  // jose does not check the types of claims, and a pattern would accept a number as its text.
  if (typeof sub !== "string" || !userIdPattern.test(sub))
    throw new errors.JWTClaimValidationFailed("sub is not a shopper", {}, "sub", "invalid");
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return { shopper: sub as UserId, admin: held.includes("admin"), service: held.includes("service") };
};

/** Whether jose rejected the token itself. Any other error means that the keys could not be fetched. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error.code !== errors.JOSEError.code;

/** Returns the identification that the settings select. */
export const createIdentify = (auth: Auth, clock: Clock, log: Pick<Logger, "warn">): Identify => {
  if (auth.mode === "open") return identifyOpen;
  const { mode } = auth;
  const verified = new LRUCache<string, { readonly caller: Caller; readonly untilMs: number }>({ max: maxTokens });
  const keys =
    mode === "secret"
      ? { algorithms: ["HS256"], secret: new TextEncoder().encode(auth.secret) }
      : { algorithms: ["RS256", "ES256", "EdDSA"], published: new PublishedKeys(auth.url, cacheMs, log) };

  const verify = async (token: string): Promise<Caller> => {
    const now = clock.now();
    const checks = {
      algorithms: keys.algorithms,
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(now),
      ...(auth.issuer !== undefined && { issuer: auth.issuer }),
      ...(auth.audience !== undefined && { audience: auth.audience }),
    };
    try {
      const payload =
        keys.secret === undefined
          ? await keys.published.verify(token, checks)
          : (await jwtVerify(token, keys.secret, checks)).payload;
      const caller = callerOf(payload);
      verified.set(token, { caller, untilMs: Math.min((payload.exp ?? 0) * 1000, now + cacheMs) });
      return caller;
    } catch (error) {
      if (!isAboutToken(error)) throw new EdgeProblem("keys-unavailable", { cause: error });
      if (error instanceof errors.JWTExpired) throw unauthorized(mode, "The bearer token has expired.", "expired");
      throw unauthorized(mode, "The bearer token is not valid for this service.", "not accepted");
    }
  };

  return ({ authorization }) => {
    if (authorization === undefined) throw noCredentials(mode);
    if (!/^bearer /i.test(authorization))
      throw unauthorized(mode, "The header Authorization must be a bearer token.", "not a bearer token");
    const token = authorization.slice("bearer ".length).trim();
    const known = verified.get(token);
    return known !== undefined && clock.now() < known.untilMs ? known.caller : verify(token);
  };
};

/** The kinds of resources that a ticket opens, named by their parameter in the path. */
export type Ticketed = "taskId" | "orderId";

const ticketSeconds = 3600;
const ticketPattern = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{2,172})\.([A-Za-z0-9_-]{43})$/;

/**
 * Tickets open the event stream of one resource to one shopper for an hour, because a browser's `EventSource` cannot
 * send headers. Format, safe in a URL: `<expiry in seconds, base 36>.<shopper>.<HMAC-SHA256>`; the HMAC covers kind, id,
 * shopper and expiry.
 */
export class Tickets {
  private mac: Mac | undefined;
  private readonly readKey: () => Promise<Uint8Array>;
  private readonly clock: Clock;

  /** `readKey` is called until it succeeds once: the key is in the database, which may become reachable later. */
  constructor(readKey: () => Promise<Uint8Array>, clock: Clock) {
    this.readKey = readKey;
    this.clock = clock;
  }

  /** Returns the links of a resource with a new ticket. @throws DomainError `engine-unavailable` without the key */
  links(self: string, kind: Ticketed, id: string, shopper: UserId): Links | Promise<Links> {
    const { mac } = this;
    return mac === undefined
      ? this.loadKey().then((loaded) => this.linksWith(loaded, self, kind, id, shopper))
      : this.linksWith(mac, self, kind, id, shopper);
  }

  /** Returns the shopper whom the ticket admits; `undefined` if it is bad, expired or of another resource. */
  async shopper(ticket: string, kind: Ticketed, id: string): Promise<UserId | undefined> {
    const [, expiry, name, signature] = ticketPattern.exec(ticket) ?? [];
    if (expiry === undefined || name === undefined || signature === undefined) return undefined;
    const shopper = Buffer.from(name, "base64url").toString("latin1");
    // The path is validated after the caller, so the id may be anything.
    if (!userIdPattern.test(shopper) || !idPattern.test(id)) return undefined;
    const mac = this.mac ?? (await this.loadKey());
    const expected = mac.sign(signedText(kind, id, shopper, expiry));
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return undefined;
    return Number.parseInt(expiry, 36) * 1000 > this.clock.now() ? (shopper as UserId) : undefined;
  }

  private linksWith(mac: Mac, self: string, kind: Ticketed, id: string, shopper: UserId): Links {
    const expiry = (Math.floor(this.clock.now() / 1000) + ticketSeconds).toString(36);
    const name = Buffer.from(shopper, "latin1").toString("base64url");
    const signature = mac.sign(signedText(kind, id, shopper, expiry));
    return { self, events: `${self}/events?ticket=${expiry}.${name}.${signature}` };
  }

  private async loadKey(): Promise<Mac> {
    this.mac = new Mac(await this.readKey());
    return this.mac;
  }
}

/** The links of a resource that has an event stream. */
export type Links = { readonly self: string; readonly events: string };

// No id, shopper or expiry contains a line feed, so different facts never sign the same text.
const signedText = (kind: Ticketed, id: string, shopper: string, expiry: string): string =>
  `${kind}\n${id}\n${shopper}\n${expiry}`;
