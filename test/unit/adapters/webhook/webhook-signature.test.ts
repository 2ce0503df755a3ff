import { expect, it } from "vitest";
import { signatureHeader, signingKeyOf, webhookSignature } from "../../../../src/adapters/webhook/webhook-signature.js";

it("signs a webhook as the reference implementations do", () => {
  // From the test suites of Standard Webhooks.
  const key = signingKeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  expect(webhookSignature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}')).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

it("signs with every key, and takes a text that is not whsec_ as it is", () => {
  const keys = ["0123456789abcdef01234567", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].map(signingKeyOf);
  expect(Buffer.from(keys[0] ?? []).toString()).toBe("0123456789abcdef01234567");
  const one = (key: Uint8Array) => webhookSignature(key, "id", 1, "{}");
  expect(signatureHeader(keys, "id", 1, "{}")).toBe(keys.map(one).join(" "));
});
