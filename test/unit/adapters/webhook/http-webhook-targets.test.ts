import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Resolve } from "../../../../src/adapters/webhook/checked-lookup.js";
import { HttpWebhookTargets, type WebhookNetwork } from "../../../../src/adapters/webhook/http-webhook-targets.js";
import type { WebhookTarget } from "../../../../src/application/ports/webhook-targets.js";
import { soldOut } from "../../../contract/webhook-deliveries/announcements.js";
import { barrierOf, manualClock, noon } from "../../../support/coupon-data.js";
import { startListener, startSocketListener } from "./webhook-listener.js";

const secret = "0123456789abcdef01234567";
/** Longer than any test takes. */
const longTimeoutMs = 60_000;
const shortTimeoutMs = 60;

const closedAfterTest = (target: WebhookTarget): WebhookTarget => {
  onTestFinished(() => target.close());
  return target;
};
const targetAt = (url: string, network: Partial<WebhookNetwork> = {}, resolve?: Resolve) =>
  closedAfterTest(
    new HttpWebhookTargets(
      { allowPrivate: true, timeoutMs: longTimeoutMs, ...network, ...(resolve !== undefined && { resolve }) },
      manualClock(),
    ).open({ url, secrets: [secret] }),
  );
const startResponding = (status: number) => startListener((_, response) => response.writeHead(status).end());
const failed = (reason: string | RegExp) => ({ delivered: false, status: null, reason: expect.stringMatching(reason) });
const delivered = (status = 200) => ({ delivered: true, status });

describe("HttpWebhookTargets", () => {
  it("sends the request that Standard Webhooks specifies", async () => {
    const { url, received } = await startResponding(204);
    expect(await targetAt(`${url}?token=t`).send(soldOut(1))).toEqual(delivered(204));
    const [{ method, url: path, headers, body } = expect.unreachable()] = received;
    expect([method, path]).toEqual(["POST", "/hooks?token=t"]);
    expect(JSON.parse(body)).toEqual({
      type: "schedule.sold-out",
      timestamp: "2026-11-21T12:00:00.000Z",
      data: soldOut(1).data,
    });
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(body.length),
      "user-agent": "Rushboard",
      "webhook-id": "schedule-sold-out:autumn-1",
      "webhook-timestamp": String(noon / 1000),
    });
    const signed = `schedule-sold-out:autumn-1.${noon / 1000}.${body}`;
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
  });

  it("repeats the id and body at every attempt, with a new timestamp and signature", async () => {
    const { url, received } = await startResponding(500);
    const clock = manualClock();
    const targets = new HttpWebhookTargets({ allowPrivate: true }, clock);
    const target = closedAfterTest(targets.open({ url, secrets: [secret] }));
    await target.send(soldOut(1));
    clock.at += 90_999;
    await target.send(soldOut(1));
    const [first, second] = received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.headers["webhook-timestamp"]).toBe(String(noon / 1000 + 90));
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
  });

  it.each([200, 201, 204, 299])("reports status %i as delivered", async (status) => {
    expect(await targetAt((await startResponding(status)).url).send(soldOut(1))).toEqual(delivered(status));
  });

  it.each([304, 400, 404, 410, 429, 500, 503])("reports status %i as failed", async (status) => {
    expect(await targetAt((await startResponding(status)).url).send(soldOut(1))).toEqual({
      delivered: false,
      status,
      reason: `status ${status}`,
    });
  });

  it.each([301, 302, 303, 307, 308])("does not follow a redirect with status %i", async (status) => {
    const redirected = await startResponding(200);
    const { url } = await startListener((_, response) =>
      response.writeHead(status, { location: redirected.url }).end(),
    );
    expect(await targetAt(url).send(soldOut(1))).toEqual({ delivered: false, status, reason: `status ${status}` });
    expect(redirected.received).toEqual([]);
  });

  it("fails if the connection is refused or closed, or the name does not resolve", async () => {
    const { url } = await startSocketListener((socket) => socket.destroy());
    expect(await targetAt(url).send(soldOut(1))).toEqual(failed(/hang up|ECONNRESET/));
    expect(await targetAt("http://127.0.0.1:1/").send(soldOut(1))).toEqual(failed("ECONNREFUSED"));
    const unknownName: Resolve = () =>
      Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }));
    expect(await targetAt("http://hooks.example/", {}, unknownName).send(soldOut(1))).toEqual(failed("ENOTFOUND"));
    const closedPort: Resolve = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    expect(await targetAt("http://hooks.example:1/", {}, closedPort).send(soldOut(1))).toEqual(
      failed(/ECONNREFUSED|EADDRNOTAVAIL/),
    );
    expect(await targetAt(url.replace("http:", "https:")).send(soldOut(1))).toEqual(failed(/./));
  });

  it("fails if the response is not HTTP, has too long a head, or upgrades the connection", async () => {
    const garbage = await startSocketListener((socket) => socket.end("220 mail.example ESMTP\r\n"));
    expect(await targetAt(garbage.url).send(soldOut(1))).toEqual(failed("Parse Error"));
    const endless = await startSocketListener((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => socket.write(`x: ${"x".repeat(4096)}\r\n`, (error) => error ?? more());
      more();
    });
    expect(await targetAt(endless.url).send(soldOut(1))).toEqual(failed("Parse Error: Header overflow"));
    const upgrade = await startSocketListener((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );
    expect(await targetAt(upgrade.url).send(soldOut(1))).toEqual(failed(/./));
  });
});

describe("HttpWebhookTargets with a slow or huge response", () => {
  it("fails at the timeout if the listener, its head or the DNS lookup hangs", async () => {
    const silent = await startSocketListener(() => {});
    expect(await targetAt(silent.url, { timeoutMs: shortTimeoutMs }).send(soldOut(1))).toEqual(
      failed(`within ${shortTimeoutMs} ms`),
    );
    const slow = await startSocketListener((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const drip = setInterval(() => socket.write("x"), 5);
      socket.on("close", () => clearInterval(drip));
    });
    expect(await targetAt(slow.url, { timeoutMs: shortTimeoutMs }).send(soldOut(1))).toEqual(
      failed(`within ${shortTimeoutMs} ms`),
    );
    const hangingLookup: Resolve = () => new Promise(() => {});
    const unresolved = targetAt("http://hooks.example/", { timeoutMs: shortTimeoutMs }, hangingLookup);
    expect(await unresolved.send(soldOut(1))).toEqual(failed(`within ${shortTimeoutMs} ms`));
  });

  it("closes the connection after the head, however long or slow the body is", async () => {
    const expectClosed = async (sendBody: (response: ServerResponse) => void) => {
      const closed = barrierOf(2);
      const { url } = await startListener((_, response) => {
        void once(response, "close").then(closed);
        response.writeHead(200);
        sendBody(response);
      });
      expect(await targetAt(url).send(soldOut(1))).toEqual(delivered());
      await closed();
    };
    await expectClosed((response) => {
      const more = () => response.write(Buffer.alloc(65_536), (error) => error ?? more());
      more();
    });
    await expectClosed((response) => {
      response.write("x");
    });
  });

  it("shares one DNS lookup between connections, and looks the name up again for a new connection", async () => {
    const { port, received } = await startResponding(200);
    let lookups = 0;
    const resolve: Resolve = async () => {
      lookups += 1;
      await new Promise(setImmediate);
      return [{ address: "127.0.0.1", family: 4 }];
    };
    const open = () => targetAt(`http://hooks.example:${port}/`, {}, resolve);
    const target = open();
    await Promise.all([target.send(soldOut(1)), target.send(soldOut(2)), target.send(soldOut(3))]);
    expect([received.length, lookups]).toEqual([3, 1]);
    await target.send(soldOut(4));
    expect(lookups).toBe(1);
    await open().send(soldOut(5));
    expect([received.length, lookups]).toEqual([5, 2]);
  });

  it("reuses connections, and sends again on a new one if the target has closed the old one", async () => {
    const sockets = new Set<unknown>();
    const { url, received } = await startListener((request, response) => {
      sockets.add(request.socket);
      response.writeHead(200).end("thanks");
      // The target closes each connection after its second request.
      if (received.length % 2 === 0) response.on("finish", () => request.socket.destroy());
    });
    const target = targetAt(url);
    for (let n = 1; n <= 6; n += 1) expect(await target.send(soldOut(n))).toEqual(delivered());
    expect([received.length, sockets.size]).toEqual([6, 3]);
  });

  it("reports a status without any part of the body", async () => {
    const { url } = await startListener((_, response) => response.writeHead(500, "secret-1").end("secret-2"));
    expect(JSON.stringify(await targetAt(url).send(soldOut(1)))).not.toContain("secret");
  });
});

describe("HttpWebhookTargets with private addresses", () => {
  const publicOnly = { allowPrivate: false } as const;
  const refusal = failed("not sent: .* is not a public address");

  it("refuses a private IP address in any notation", async () => {
    const { port, received } = await startResponding(200);
    for (const host of ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]"])
      expect(await targetAt(`http://${host}:${port}/`, publicOnly).send(soldOut(1))).toEqual(refusal);
    expect(received).toEqual([]);
  });

  it("refuses ports of system services, and accepts those of HTTP", async () => {
    const unreachable: Resolve = () => Promise.reject(new Error("was looked up"));
    for (const port of [1, 22, 25, 110, 445, 1023])
      expect(await targetAt(`http://hooks.example:${port}/`, publicOnly, unreachable).send(soldOut(1))).toEqual(
        failed(`not sent: ${port} is not 80, 443 or at least 1024`),
      );
    for (const port of [80, 443, 1024, 8443])
      expect(await targetAt(`http://hooks.example:${port}/`, publicOnly, unreachable).send(soldOut(1))).toEqual(
        failed("was looked up"),
      );
  });

  it("refuses a name of this machine", async () => {
    const { port, received } = await startResponding(200);
    for (const protocol of ["http", "https"])
      expect(await targetAt(`${protocol}://localhost:${port}/`, publicOnly).send(soldOut(1))).toEqual(refusal);
    expect(received).toEqual([]);
  });

  it("refuses a name that resolves to private addresses since the check (DNS rebinding), unless they are permitted", async () => {
    const { port, received } = await startResponding(200);
    // With one lookup for the check and another for the connection, the second result would pass unchecked.
    const results = [["10.0.0.1"], ["127.0.0.1"], ["::1", "169.254.169.254", "127.0.0.1"]];
    let lookups = 0;
    const rebinding: Resolve = async () => {
      const addresses = results[lookups++ % results.length] ?? [];
      return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    };
    const target = targetAt(`http://hooks.example:${port}/`, publicOnly, rebinding);
    for (const _ of results) expect(await target.send(soldOut(1))).toEqual(refusal);
    expect([lookups, received.length]).toEqual([3, 0]);

    const here: Resolve = async () => [{ address: "127.0.0.1", family: 4 }];
    expect(await targetAt(`http://hooks.example:${port}/`, {}, here).send(soldOut(1))).toEqual(delivered());
    expect(received).toHaveLength(1);
  });

  it("connects only to the public addresses of a name that has both", async () => {
    const { port, received } = await startResponding(200);
    // The public address is unreachable. The private one must not be tried instead.
    const both: Resolve = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "2606:4700::1", family: 6 },
    ];
    const target = targetAt(`http://hooks.example:${port}/`, { allowPrivate: false, timeoutMs: shortTimeoutMs }, both);
    expect(await target.send(soldOut(1))).toMatchObject({
      delivered: false,
      reason: expect.not.stringMatching("not sent"),
    });
    expect(received).toEqual([]);
  });
});
