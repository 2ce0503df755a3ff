import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";

const algorithms = ["RS256", "ES256", "EdDSA"] as const;

/** A key of one kind, an edge that finds it published, and a way to ask it. */
const published = async (alg: (typeof algorithms)[number]) => {
  const pair = await generateKeyPair(alg, { extractable: true });
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one", alg }] });
  const publisher = createServer((_request, response) => response.end(keys)).listen(0, "127.0.0.1");
  await once(publisher, "listening");
  const withdraw = () => publisher.close().closeAllConnections();
  onTestFinished(withdraw);
  const url = new URL(`http://127.0.0.1:${(publisher.address() as AddressInfo).port}/`);
  const app = await startHttpApp({ auth: { mode: "jwks", url } });
  const ask = (token: string) =>
    app.ask("GET", "/api/v1/me/coupons", { headers: { authorization: `Bearer ${token}` } });
  const token = (key: Parameters<SignJWT["sign"]>[0], by: string = alg) =>
    new SignJWT({ sub: "kim" }).setProtectedHeader({ alg: by, kid: "one" }).setExpirationTime("1h").sign(key);
  return { pair, ask, token, withdraw };
};

describe("published keys", () => {
  for (const alg of algorithms)
    it(`admit who signs by ${alg} with one of them, and nobody else`, async () => {
      const { pair, ask, token } = await published(alg);
      expect((await ask(await token(pair.privateKey))).status).toBe(200);
      const stranger = await generateKeyPair(alg);
      expectProblem(await ask(await token(stranger.privateKey)), "unauthorized");
      // The public key is known to all; it must not serve as HS256's secret.
      const known = new TextEncoder().encode(await exportSPKI(pair.publicKey));
      expectProblem(await ask(await token(known, "HS256")), "unauthorized");
    });

  it("that cannot be read make a token neither good nor bad", async () => {
    const { pair, ask, token, withdraw } = await published("ES256");
    withdraw();
    const answered = await ask(await token(pair.privateKey));
    expectProblem(answered, "keys-unavailable");
    expect(answered.headers.get("retry-after")).toBe("2");
  });
});
