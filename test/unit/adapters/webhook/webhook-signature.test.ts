import { expect, it } from "vitest";
import { webhookSignature } from "../../../../src/adapters/webhook/webhook-signature.js";
import { readConfig } from "../../../../src/bootstrap/config.js";

it("signs a webhook as the reference implementations do", () => {
  // From the test suites of Standard Webhooks.
  const config = readConfig({
    WEBHOOK_URL: "https://shop.example/hooks",
    WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  });
  const key = config.WEBHOOK_SECRET ?? new Uint8Array();
  expect(webhookSignature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}')).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});
