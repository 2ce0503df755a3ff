import assert from "node:assert/strict";
import { webhookSignature } from "../../../src/adapters/webhook/webhook-signature.js";
import {
  amountOf,
  type Clauses,
  charge,
  checkTotals,
  type ProviderUnderTest,
  refundId,
} from "./provider-under-test.js";

/** A payment bridge, reached over HTTP. */
export type BridgeUnderTest = ProviderUnderTest & {
  readonly url: string;
  readonly key: Uint8Array;
  /** Restarts the bridge; `null` if the suite cannot do that. */
  readonly restart: (() => Promise<void>) | null;
};

type Signing = { readonly key?: Uint8Array; readonly ageSeconds?: number; readonly sign?: (body: string) => string };

/** Sends a call, signed as `signing` says. Returns its status. */
const statusOf = async ({ url, key }: BridgeUnderTest, path: string, body: object, signing: Signing = {}) => {
  const text = JSON.stringify(body);
  const timestamp = Math.floor(Date.now() / 1000) - (signing.ageSeconds ?? 0);
  const signed = signing.sign?.(text) ?? text;
  const headers = {
    "content-type": "application/json",
    "webhook-id": "check",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": webhookSignature(signing.key ?? key, "check", timestamp, signed),
  };
  const target = `${url.replace(/\/+$/, "")}/${path}`;
  const response = await fetch(target, { method: "POST", headers, body: text, redirect: "manual" });
  await response.body?.cancel();
  return response.status;
};

const checkRejected = async (under: BridgeUnderTest, signing: Signing) => {
  const payment = charge(under.valid);
  const body = { ...payment, currency: "KRW" };
  assert.equal(await statusOf(under, "captures", body, signing), 401);
  assert.equal(await statusOf(under, "voids", { paymentId: payment.paymentId }, signing), 401);
  assert.equal(await statusOf(under, "refunds", { ...body, refundId: "r" }, signing), 401);
  // The rejected capture has captured nothing.
  assert.equal(await under.here.void(payment.paymentId), "voided");
};

/** Repeats a call, because the first calls after a restart may use connections that it has closed. */
export const answerOf = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let retries = 10; retries > 0; retries -= 1) {
    const answer = await call().catch(() => null);
    if (answer !== null) return answer;
  }
  return call();
};

/** What a payment bridge guarantees beyond the port. */
export const bridgeClauses: Clauses<BridgeUnderTest> = {
  "rejects a wrong signature with 401, and does nothing": (under) =>
    checkRejected(under, { key: Buffer.from("another secret of at least 24 bytes") }),

  "rejects the signature of another body with 401, and does nothing": (under) =>
    checkRejected(under, { sign: (body) => `${body} ` }),

  "rejects a signature that is an hour old with 401, and does nothing": (under) =>
    checkRejected(under, { ageSeconds: 3600 }),

  "refuses a refund of a payment that was not captured: no 2xx": async (under) => {
    const payment = charge(under.valid);
    await under.here.void(payment.paymentId);
    const { method: _, ...refund } = { ...payment, currency: "KRW", refundId: "r" };
    const status = await statusOf(under, "refunds", refund);
    assert.ok(status < 200 || status > 299, `the status is ${status}`);
  },

  "keeps every answer across a restart": async (under) => {
    const { here, there, restart } = under;
    if (restart === null) return;
    const [paid, declined, voided] = [charge(under.valid), charge(under.declined), charge(under.valid)];
    assert.equal(await here.capture(paid), "captured");
    assert.equal(await here.capture(declined), "declined");
    assert.equal(await here.void(voided.paymentId), "voided");
    await here.refund(paid.paymentId, refundId("part-1"), amountOf(400));
    await restart();
    assert.equal(await answerOf(() => there.void(paid.paymentId)), "captured");
    assert.equal(await there.capture({ ...declined, method: under.valid }), "declined");
    assert.equal(await there.capture(voided), "voided");
    await there.refund(paid.paymentId, refundId("part-1"), amountOf(400));
    await assert.rejects(there.refund(paid.paymentId, refundId("part-2"), amountOf(601)));
    await there.refund(paid.paymentId, refundId("part-2"), amountOf(600));
    await checkTotals(under, 1000, 1000);
  },
};
