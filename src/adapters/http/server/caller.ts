import type { IncomingHttpHeaders } from "node:http";
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../../application/ports/clock.js";
import { type UserId, userIdPattern } from "../../../domain/ids.js";
import { EdgeProblem } from "./problem-json.js";

type Claims = { readonly issuer?: string; readonly audience?: string };

/** How callers are known. `open`: the header `X-User-Id` names the shopper, and everybody may do everything. */
export type Auth =
  | { readonly mode: "open" }
  /** HS256 only; at least 32 bytes. */
  | ({ readonly mode: "secret"; readonly secret: string } & Claims)
  /** RS256, ES256 and EdDSA only. */
  | ({ readonly mode: "jwks"; readonly url: URL } & Claims);

/** Who asks, and with which roles. */
export type Caller = { readonly shopper: UserId | null; readonly admin: boolean; readonly service: boolean };

/** Who the request's headers say is asking. @throws EdgeProblem `unauthorized`; `keys-unavailable`. */
export type Identify = (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;

/** A 401; `error` and `detail` say what was wrong with the credentials, where there were some. */
export const unauthorized = (mode: Auth["mode"], detail?: string): EdgeProblem => {
  const scheme = mode === "open" ? "X-User-Id" : "Bearer";
  const fault = detail === undefined ? "" : `, error="invalid_token", error_description="${detail}"`;
  return new EdgeProblem("unauthorized", {}, ["WWW-Authenticate", `${scheme} realm="rushboard"${fault}`]);
};

const everybody: Caller = { shopper: null, admin: true, service: true };

const identifyOpen: Identify = ({ "x-user-id": name }) => {
  if (name === undefined) return everybody;
  if (typeof name !== "string" || !userIdPattern.test(name))
    throw unauthorized("open", "X-User-Id is 1 to 128 visible ASCII characters");
  return { shopper: name as UserId, admin: true, service: true };
};

/** Tokens remembered as good; and for how long at most these, and keys, are: one that is withdrawn is good for both. */
const mostTokens = 20_000;
const memoryMs = 5 * 60_000;
const keysTimeoutMs = 1000;
/** How soon keys are fetched anew for a token by one not seen yet, as after a rotation. */
const keysRestMs = 5000;

const callerOf = ({ sub, roles }: JWTPayload): Caller => {
  // A token may hold anything: jose looks at no claim's type, and a pattern would take a number for its text.
  if (typeof sub !== "string" || !userIdPattern.test(sub))
    throw new errors.JWTClaimValidationFailed("sub is not a shopper", {}, "sub", "invalid");
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return { shopper: sub as UserId, admin: held.includes("admin"), service: held.includes("service") };
};

// Only what jose says of the token itself is the caller's fault; all else is the way to the keys.
const aboutToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error.code !== errors.JOSEError.code;

/** The way of telling callers apart that the configuration asks for. */
export const createIdentify = (auth: Auth, clock: Clock): Identify => {
  if (auth.mode === "open") return identifyOpen;
  const known = new LRUCache<string, { readonly caller: Caller; readonly untilMs: number }>({ max: mostTokens });
  const secret = auth.mode === "secret" ? new TextEncoder().encode(auth.secret) : undefined;
  const published =
    auth.mode === "jwks"
      ? createRemoteJWKSet(auth.url, {
          timeoutDuration: keysTimeoutMs,
          cooldownDuration: keysRestMs,
          cacheMaxAge: memoryMs,
        })
      : undefined;

  const verify = async (token: string): Promise<Caller> => {
    const now = clock.now();
    const checks = {
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(now),
      ...(auth.issuer !== undefined && { issuer: auth.issuer }),
      ...(auth.audience !== undefined && { audience: auth.audience }),
    };
    try {
      const { payload } =
        secret === undefined
          ? await jwtVerify(token, published as NonNullable<typeof published>, {
              ...checks,
              algorithms: ["RS256", "ES256", "EdDSA"],
            })
          : await jwtVerify(token, secret, { ...checks, algorithms: ["HS256"] });
      const caller = callerOf(payload);
      known.set(token, { caller, untilMs: Math.min((payload.exp ?? 0) * 1000, now + memoryMs) });
      return caller;
    } catch (error) {
      if (!aboutToken(error)) throw new EdgeProblem("keys-unavailable", {}, [], error);
      throw unauthorized(auth.mode, error instanceof errors.JWTExpired ? "expired" : "not accepted");
    }
  };

  return ({ authorization }) => {
    if (authorization === undefined) throw unauthorized(auth.mode);
    if (!/^bearer /i.test(authorization)) throw unauthorized(auth.mode, "not a bearer token");
    const token = authorization.slice("bearer ".length).trim();
    const seen = known.get(token);
    return seen !== undefined && clock.now() < seen.untilMs ? seen.caller : verify(token);
  };
};
