import { once } from "node:events";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "../architecture/source-files.js";
import { spawnBound } from "../support/backend-servers/child-process.js";
import { answerOf, type BridgeUnderTest, bridgeClauses } from "./payment-provider/bridge-clauses.js";
import {
  bridgeAt,
  bridgeSecret,
  closeServer,
  listen,
  startExampleBridge,
} from "./payment-provider/bridge-under-test.js";
import { correctBook, type KnownWrongBook, knownWrongBooks } from "./payment-provider/known-wrong-books.js";
import { bridgeOn, knownWrongBridges } from "./payment-provider/known-wrong-bridges.js";
import { amountOf, type Clauses, charge, refundId } from "./payment-provider/provider-under-test.js";
import { refundClauses } from "./payment-provider/refund-clauses.js";
import { verdictClauses } from "./payment-provider/verdict-clauses.js";

/** What every provider guarantees, and what a bridge guarantees in addition. */
const clauses: Clauses<BridgeUnderTest> = { ...verdictClauses, ...refundClauses, ...bridgeClauses };
const restartClause = "keeps every answer across a restart";

const serve = async (...parts: Parameters<typeof bridgeOn>) => {
  const server = bridgeOn(...parts);
  const port = await listen(server);
  onTestFinished(() => closeServer(server));
  return { server, under: bridgeAt(port, { totals: () => parts[0].totals(), restart: null }) };
};

const startExample = async (withFile: boolean, change?: Parameters<typeof startExampleBridge>[1]) => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-bridge-"));
  const file = join(folder, "bridge.log");
  const { under, stop } = await startExampleBridge(withFile ? file : undefined, change);
  onTestFinished(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });
  return { ...under, file };
};

describe("PaymentProvider: the HTTP provider with the example bridge", () => {
  for (const [promise, clause] of Object.entries(clauses)) it(promise, async () => clause(await startExample(true)));

  it("repeats a refund at the provider until it succeeds, and never afterwards", async () => {
    let calls = 0;
    const { here, there, valid, restart } = await startExample(true, (provider) => ({
      ...provider,
      // Gives no answer first. Refuses every call after the refund, as if it had forgotten the idempotency key.
      refund: async () => {
        calls += 1;
        if (calls === 1) throw new Error("timeout");
        return calls === 2;
      },
    }));
    const payment = charge(valid);
    await here.capture(payment);
    const refund = () => there.refund(payment.paymentId, refundId("all"), amountOf(1000));
    await expect(refund()).rejects.toThrow();
    for (let n = 0; n < 2; n += 1) await refund();
    await restart?.();
    await answerOf(refund);
    expect(calls).toBe(2);
  });

  it("removes an incomplete last line of its book, and keeps the entries before and after it", async () => {
    const { here, valid, restart, file } = await startExample(true);
    const [before, after] = [charge(valid), charge(valid)];
    await here.capture(before);
    await appendFile(file, '{"paymentId":"p","verd');
    await restart?.();
    expect(await answerOf(() => here.capture(after))).toBe("captured");
    await restart?.();
    for (const { paymentId } of [before, after]) expect(await answerOf(() => here.void(paymentId))).toBe("captured");
  });

  it("loses its answers in a restart without a file (negative control)", async () => {
    const clause = clauses[restartClause];
    await expect(clause?.(await startExample(false))).rejects.toThrow();
  });
});

describe("the suite of payment bridges rejects", () => {
  const rejectedBy: Readonly<Partial<Record<KnownWrongBook, string>>> = {
    "keeps no verdict": "captures, and returns captured from then on",
    "returns voided to every void": "returns captured to the void of a captured payment, and changes nothing",
    "does not record voids": "lets a void block every later capture",
    "refunds a payment that was not captured": "refunds only captured payments",
    "checks each refund alone": "refunds no more than was captured when refunds are concurrent",
  };
  for (const [fault, promise] of Object.entries(rejectedBy))
    it(`a bridge that ${fault}, without its totals: ${promise}`, async () => {
      const [book] = knownWrongBooks[fault as KnownWrongBook]();
      const { under } = await serve(book);
      await expect(clauses[promise]?.({ ...under, totals: null })).rejects.toThrow();
    });

  for (const [fault, { breaks, faults }] of Object.entries(knownWrongBridges))
    it(`a bridge that ${fault}: ${breaks}`, async () => {
      const { under } = await serve(correctBook(), faults);
      await expect(clauses[breaks]?.(under)).rejects.toThrow();
    });

  it("and accepts the correct bridge from which they are derived", async () => {
    for (const clause of Object.values(clauses)) await clause((await serve(correctBook())).under);
  });
});

describe("npm run check-bridge", () => {
  const check = async (url: string, environment: NodeJS.ProcessEnv) => {
    const command = [process.execPath, "--import", "tsx", join(root, "scripts/check-bridge.ts"), "--url", url] as const;
    const env = { ...process.env, PAYMENT_SECRET: "", ...environment };
    const script = spawnBound([...command], { stdio: ["ignore", "pipe", "pipe"], env, cwd: root });
    const output = { out: "", err: "" };
    script.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output.out += text;
    });
    script.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output.err += text;
    });
    const [code] = (await once(script, "close")) as [number | null];
    return { code, ...output };
  };
  const environment = { PAYMENT_SECRET: bridgeSecret };

  it("accepts the example bridge, and names each broken clause of a wrong one", async () => {
    const [right, wrong] = [await startExample(false), await serve(correctBook(), { refused: 200 })];
    const [accepted, rejected] = await Promise.all([
      check(right.url, environment),
      check(wrong.under.url, environment),
    ]);
    expect(accepted).toMatchObject({ code: 0, err: "" });
    expect(accepted.out).toMatch(/^not checked {2}keeps every answer across a restart/m);
    expect(accepted.out).not.toContain("BROKEN");
    expect(rejected.code).toBe(1);
    expect(rejected.out.match(/^BROKEN.*/gm)).toEqual([
      "BROKEN       refuses a refund of a payment that was not captured: no 2xx",
    ]);
  });

  it("reports what is missing in one line", async () => {
    const { server, under } = await serve(correctBook());
    await closeServer(server);
    const [noSecret, unreachable, noUrl] = await Promise.all([
      check(under.url, {}),
      check(under.url, environment),
      check("nowhere", environment),
    ]);
    expect(noSecret).toMatchObject({ code: 78, err: expect.stringMatching(/^check-bridge: .*PAYMENT_SECRET.*\n$/) });
    expect(unreachable).toMatchObject({ code: 69, err: expect.stringMatching(/^check-bridge: .*ECONNREFUSED\n$/) });
    expect(noUrl).toMatchObject({ code: 64, err: expect.stringMatching(/^check-bridge: --url must be/) });
  });
});
