import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpProvider } from "../../../src/adapters/provider/http-provider.js";
import type { PaymentId, RefundId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { closeServer, listen } from "../../contract/payment-provider/bridge-under-test.js";
import { manualClock, noon } from "../../support/coupon-data.js";

const paymentId = "p1" as PaymentId;
const amount = 500 as Money;
const charge = { paymentId, amount, method: "tok_secret" };
const sign = (id: string, timestamp: number, body: string) => `${id}|${timestamp}|${body}`;

/** Starts a bridge with this behavior. Returns the provider that calls it. */
const providerOf = async (behavior: RequestListener, timeoutMs = 5000) => {
  const server = createServer(behavior);
  const url = `http://127.0.0.1:${await listen(server)}/pay/`;
  onTestFinished(() => closeServer(server));
  return new HttpProvider({ url, currency: "EUR", sign, timeoutMs }, manualClock());
};
const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  providerOf((_, response) => response.writeHead(status, headers).end(body));

describe("HttpProvider", () => {
  it("sends each call with its facts, signed as a webhook", async () => {
    const calls: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const provider = await providerOf(async (request, response) => {
      calls.push({ url: request.url, headers: request.headers, body: await text(request) });
      response.end(JSON.stringify({ verdict: request.url?.endsWith("refunds") ? "refunded" : "captured", code: "ok" }));
    });
    expect(await provider.capture(charge)).toBe("captured");
    expect(await provider.void(paymentId)).toBe("captured");
    await provider.refund(paymentId, "r1" as RefundId, amount);
    expect(calls.map(({ url, body }) => [url, JSON.parse(body)])).toEqual([
      ["/pay/captures", { paymentId, amount, currency: "EUR", method: "tok_secret" }],
      ["/pay/voids", { paymentId }],
      ["/pay/refunds", { paymentId, refundId: "r1", amount, currency: "EUR" }],
    ]);
    for (const { headers, body } of calls) {
      const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = headers;
      expect(Number(timestamp)).toBe(Math.floor(noon / 1000));
      expect(signature).toBe(sign(String(id), Number(timestamp), body));
    }
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
  });

  const verdict = (value: unknown) => JSON.stringify({ verdict: value });
  it.each([
    ["an unknown verdict", () => answering(200, verdict("maybe")), "captures: unknown verdict"],
    ["the verdict of a refund", () => answering(200, verdict("refunded")), "captures: unknown verdict"],
    ["no verdict", () => answering(200, "{}"), "captures: unknown verdict"],
    ["null", () => answering(200, "null"), "captures: unknown verdict"],
    ["no JSON", () => answering(200, "captured"), "captures: not JSON"],
    ["an empty body", () => answering(204, ""), "captures: not JSON"],
    ["a redirect", () => answering(307, verdict("captured"), { location: "/pay/captures" }), "captures: status 307"],
    ["401", () => answering(401, verdict("captured")), "captures: status 401"],
    ["402", () => answering(402, verdict("declined")), "captures: status 402"],
    ["500", () => answering(500, verdict("captured")), "captures: status 500"],
    ["17 kB", () => answering(200, verdict("captured").padEnd(17_000)), "captures: more than 16384 bytes"],
    ["nothing in time", () => providerOf(() => {}, 50), "captures: nothing within 50 ms"],
    [
      "half a body in time",
      () => providerOf((_, response) => response.writeHead(200).write('{"verdict":'), 50),
      "captures: nothing within 50 ms",
    ],
    ["a closed connection", () => providerOf(({ socket }) => socket.destroy()), "captures: UND_ERR_SOCKET"],
  ])("treats %s as no answer", async (_, open, reason) => {
    const provider = await open();
    await expect(provider.capture(charge)).rejects.toThrow(`no answer of the payment bridge: ${reason}`);
  });

  it("treats a refund's answer with another verdict as no answer", async () => {
    const provider = await answering(200, verdict("captured"));
    await expect(provider.refund(paymentId, "r1" as RefundId, amount)).rejects.toThrow("refunds: unknown verdict");
  });

  it("does not mention the payment method or the bridge's body in an error", async () => {
    const provider = await answering(400, '{"error":"tok_secret is stolen"}');
    const error: Error = await provider.capture(charge).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toMatch(/tok_secret|stolen/);
  });
});
