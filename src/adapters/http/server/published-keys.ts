import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import type { Logger } from "pino";

const timeoutMs = 1000;
/** The least time from any attempt to fetch the keys to the next one that a token without a fitting key triggers. */
const cooldownMs = 5000;
const logIntervalMs = 60_000;
/** How many keys are tried per token: a set with more keys for one `kid` and algorithm is a mistake. */
const maxKeys = 16;

const isSignatureError = (error: unknown) => error instanceof errors.JWSSignatureVerificationFailed;
const isUnmatched = (error: unknown) => isSignatureError(error) || error instanceof errors.JWKSNoMatchingKey;

/** The keys at a JWKS address. RFC 7517 allows keys without `kid`, and several keys with one `kid`; each is tried. */
export class PublishedKeys {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;
  private readonly url: URL;
  private readonly log: Pick<Logger, "warn">;
  private loggedAt = Number.NEGATIVE_INFINITY;
  private attemptedAt = Number.NEGATIVE_INFINITY;

  /** @param cacheMs for how long fetched keys are used; a removed key stays valid until then */
  constructor(url: URL, cacheMs: number, log: Pick<Logger, "warn">) {
    this.keys = createRemoteJWKSet(url, {
      timeoutDuration: timeoutMs,
      // jose counts successful fetches only, so `verify` decides alone when a token triggers one.
      cooldownDuration: Number.POSITIVE_INFINITY,
      cacheMaxAge: cacheMs,
      [customFetch]: (address, options) => {
        this.attemptedAt = Date.now();
        return fetch(address, options);
      },
    });
    this.url = url;
    this.log = log;
  }

  /** Returns the claims of a valid token. @throws a JOSE error about the token, or the error of fetching the keys */
  async verify(token: string, checks: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      return await this.verifyWithCurrent(token, checks).catch(async (error: unknown) => {
        // The key may have been replaced under the same `kid`, or added without one, since the last fetch.
        if (!isUnmatched(error) || !this.mayReload()) throw error;
        await this.keys.reload().catch(() => {
          throw error;
        });
        return this.verifyWithCurrent(token, checks);
      });
    } catch (error) {
      if (isUnmatched(error)) this.reportUnmatched(token);
      throw error;
    }
  }

  /** Whether a fetch is running, which is shared, or the last attempt is long enough ago. */
  private mayReload(): boolean {
    return this.keys.reloading || Date.now() >= this.attemptedAt + cooldownMs;
  }

  private async verifyWithCurrent(token: string, checks: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      return await verifyWith(this.keys, token, checks);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const unnamed = (this.keys.jwks()?.keys ?? []).filter(({ kid }) => kid === undefined);
      if (unnamed.length === 0) throw error;
      // `kid` is a hint, so a key that is published without one may belong to any token.
      const local = createLocalJWKSet({ keys: unnamed });
      return verifyWith(({ kid: _, ...header }) => local(header), token, checks);
    }
  }

  private reportUnmatched(token: string): void {
    const now = performance.now();
    if (now - this.loggedAt < logIntervalMs) return;
    this.loggedAt = now;
    const { kid, alg } = decodeProtectedHeader(token);
    const published = this.keys.jwks()?.keys.map((key) => ({ kid: key.kid, kty: key.kty, alg: key.alg }));
    this.log.warn({ url: this.url.href, kid, alg, published }, "no published key accepts a token");
  }
}

const verifyWith = async (getKey: JWTVerifyGetKey, token: string, checks: JWTVerifyOptions): Promise<JWTPayload> => {
  try {
    return (await jwtVerify(token, getKey, checks)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithEach(error, token, checks);
    throw error;
  }
};

const verifyWithEach = async (
  keys: errors.JWKSMultipleMatchingKeys,
  token: string,
  checks: JWTVerifyOptions,
): Promise<JWTPayload> => {
  let tried = 0;
  for await (const key of keys) {
    if (tried === maxKeys) break;
    tried += 1;
    try {
      return (await jwtVerify(token, key, checks)).payload;
    } catch (error) {
      if (!isSignatureError(error)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
};
