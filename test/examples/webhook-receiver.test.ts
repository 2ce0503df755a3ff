import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { HttpWebhookTargets } from "../../src/adapters/webhook/http-webhook-targets.js";
import { root } from "../architecture/source-files.js";
import { soldOut } from "../contract/webhook-deliveries/announcements.js";
import { spawnBound } from "../support/backend-servers/child-process.js";
import { manualClock } from "../support/coupon-data.js";

const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
const newSecret = "another secret of 24 bytes";

it("the example receiver accepts signed messages of either secret, prints each event once, rejects others, and survives aborted requests", async () => {
  const child = spawnBound([process.execPath, join(root, "examples/webhook-receiver.js")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: "0" },
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  await expect.poll(() => output).toContain("listening on port ");
  const url = `http://127.0.0.1:${/port (\d+)/.exec(output)?.[1]}/hooks`;
  const statusOf = async (n: number, secrets: readonly string[], clock = systemClock) => {
    const target = new HttpWebhookTargets({ allowPrivate: true }, clock).open({ url, secrets });
    onTestFinished(() => target.close());
    return (await target.send(soldOut(n))).status;
  };
  expect(await statusOf(1, [secret])).toBe(204);
  expect(await statusOf(1, [newSecret, secret])).toBe(204);
  expect(await statusOf(2, [newSecret])).toBe(401);
  // Signed, but a replay of an old message.
  expect(await statusOf(2, [secret], manualClock())).toBe(401);
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  expect((await fetch(url, { method: "POST", body: "x".repeat(70_000) })).status).toBe(413);
  const aborted = request(url, { method: "POST", headers: { expect: "100-continue", "content-length": 2 } });
  aborted.flushHeaders();
  await once(aborted, "continue");
  aborted.on("error", () => {}).destroy();
  await expect.poll(() => errors).toBe("POST /hooks: aborted\n");
  expect(await statusOf(3, [secret])).toBe(204);
  await expect.poll(() => output.match(/autumn-\d/g)).toEqual(["autumn-1", "autumn-3"]);
  expect(output).toContain("2026-11-21T12:00:00.000Z schedule.sold-out {");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
