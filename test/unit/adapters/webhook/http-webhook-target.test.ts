import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  HttpWebhookTarget,
  type Resolve,
  type WebhookListener,
} from "../../../../src/adapters/webhook/http-webhook-target.js";
import { soldOut } from "../../../contract/webhook-deliveries/announcements.js";
import { meetingOf, noon, standingClock } from "../../../support/drop.js";
import { listening, listeningBare } from "./listening.js";

const key = Buffer.from("0123456789abcdef01234567");
/** Longer than any test lasts, where nothing is to time out. */
const patient = 60_000;
const brief = 60;

const targetAt = (url: string, facts: Partial<WebhookListener> = {}, ...resolve: [Resolve?]) =>
  new HttpWebhookTarget({ url, key, allowPrivate: true, timeoutMs: patient, ...facts }, standingClock(), ...resolve);
const answering = (status: number) => listening((_, response) => response.writeHead(status).end());
const failed = (reason: string | RegExp) => ({ failed: expect.stringMatching(reason) });

describe("a webhook over HTTP", () => {
  it("comes as Standard Webhooks has it", async () => {
    const { url, heard } = await answering(204);
    expect(await targetAt(`${url}?token=t`).send(soldOut(1))).toBe("delivered");
    const [{ method, url: path, headers, body } = expect.unreachable()] = heard;
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
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  });

  it("bears the same id and body at every try, and the time of that try", async () => {
    const { url, heard } = await answering(500);
    const clock = standingClock();
    const target = new HttpWebhookTarget({ url, key, allowPrivate: true }, clock);
    await target.send(soldOut(1));
    clock.at += 90_999;
    await target.send(soldOut(1));
    const [first, second] = heard;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.headers["webhook-timestamp"]).toBe(String(noon / 1000 + 90));
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
  });

  it.each([200, 201, 204, 299])("has arrived where the answer is %i", async (status) => {
    expect(await targetAt((await answering(status)).url).send(soldOut(1))).toBe("delivered");
  });

  it.each([304, 400, 404, 410, 429, 500, 503])("has failed where the answer is %i", async (status) => {
    expect(await targetAt((await answering(status)).url).send(soldOut(1))).toEqual({ failed: `answered ${status}` });
  });

  it.each([301, 302, 303, 307, 308])("follows no redirect: %i", async (status) => {
    const inside = await answering(200);
    const { url } = await listening((_, response) => response.writeHead(status, { location: inside.url }).end());
    expect(await targetAt(url).send(soldOut(1))).toEqual({ failed: `answered ${status}` });
    expect(inside.heard).toEqual([]);
  });

  it("fails where nobody listens, or the name is nobody's", async () => {
    const { url } = await listeningBare((socket) => socket.destroy());
    expect(await targetAt(url).send(soldOut(1))).toEqual(failed(/hang up|ECONNRESET/));
    expect(await targetAt("http://127.0.0.1:1/").send(soldOut(1))).toEqual(failed("ECONNREFUSED"));
    const nobody: Resolve = () =>
      Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }));
    expect(await targetAt("http://hooks.example/", {}, nobody).send(soldOut(1))).toEqual(failed("ENOTFOUND"));
    const dead: Resolve = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    expect(await targetAt("http://hooks.example:1/", {}, dead).send(soldOut(1))).toEqual(
      failed(/ECONNREFUSED|EADDRNOTAVAIL/),
    );
    expect(await targetAt(url.replace("http:", "https:")).send(soldOut(1))).toEqual(failed(/./));
  });

  it("fails where the answer is none of HTTP, or its head too long", async () => {
    const garbage = await listeningBare((socket) => socket.end("220 mail.example ESMTP\r\n"));
    expect(await targetAt(garbage.url).send(soldOut(1))).toEqual(failed("Parse Error"));
    const endless = await listeningBare((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => socket.write(`x: ${"x".repeat(4096)}\r\n`, (error) => error ?? more());
      more();
    });
    expect(await targetAt(endless.url).send(soldOut(1))).toEqual(failed("Parse Error: Header overflow"));
    const upgrade = await listeningBare((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );
    expect(await targetAt(upgrade.url).send(soldOut(1))).toEqual(failed(/./));
  });
});

describe("a listener's time and place are bounded:", () => {
  it("one that hangs, or sends its head a byte at a time, has failed", async () => {
    const silent = await listeningBare(() => {});
    expect(await targetAt(silent.url, { timeoutMs: brief }).send(soldOut(1))).toEqual(failed(`within ${brief} ms`));
    const slow = await listeningBare((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const drip = setInterval(() => socket.write("x"), 5);
      socket.on("close", () => clearInterval(drip));
    });
    expect(await targetAt(slow.url, { timeoutMs: brief }).send(soldOut(1))).toEqual(failed(`within ${brief} ms`));
    const deaf: Resolve = () => new Promise(() => {});
    const lost = targetAt("http://hooks.example/", { timeoutMs: brief }, deaf);
    expect(await lost.send(soldOut(1))).toEqual(failed(`within ${brief} ms`));
  });

  it("one that has answered is heard no further, however much or slowly it talks on", async () => {
    const talking = async (talk: (response: ServerResponse) => void) => {
      const parted = meetingOf(2);
      const { url } = await listening((_, response) => {
        void once(response, "close").then(parted);
        response.writeHead(200);
        talk(response);
      });
      expect(await targetAt(url).send(soldOut(1))).toBe("delivered");
      await parted();
    };
    await talking((response) => {
      const more = () => response.write(Buffer.alloc(65_536), (error) => error ?? more());
      more();
    });
    await talking((response) => {
      response.write("x");
    });
  });

  it("many sends at once share one look-up of its name, and the next look anew", async () => {
    const { port, heard } = await answering(200);
    let lookUps = 0;
    const resolve: Resolve = async () => {
      lookUps += 1;
      await new Promise(setImmediate);
      return [{ address: "127.0.0.1", family: 4 }];
    };
    const target = targetAt(`http://hooks.example:${port}/`, {}, resolve);
    await Promise.all([target.send(soldOut(1)), target.send(soldOut(2)), target.send(soldOut(3))]);
    expect([heard.length, lookUps]).toEqual([3, 1]);
    await target.send(soldOut(4));
    expect(lookUps).toBe(2);
  });
});

describe("a private listener", () => {
  const inPublic = { allowPrivate: false } as const;
  const refusal = failed("not called: .* is no public address");

  it("is not called by its address, however that is written", async () => {
    const { port, heard } = await answering(200);
    for (const host of ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]"])
      expect(await targetAt(`http://${host}:${port}/`, inPublic).send(soldOut(1))).toEqual(refusal);
    expect(heard).toEqual([]);
  });

  it("is not called by a name of this machine", async () => {
    const { port, heard } = await answering(200);
    for (const protocol of ["http", "https"])
      expect(await targetAt(`${protocol}://localhost:${port}/`, inPublic).send(soldOut(1))).toEqual(refusal);
    expect(heard).toEqual([]);
  });

  it("is not called by a name that has come to mean it, but is where that is allowed", async () => {
    const { port, heard } = await answering(200);
    // Were the name looked up once to check it and once more to connect, the second answer would pass.
    const meanings = [["10.0.0.1"], ["127.0.0.1"], ["::1", "169.254.169.254", "127.0.0.1"]];
    let lookUps = 0;
    const rebinding: Resolve = async () => {
      const addresses = meanings[lookUps++ % meanings.length] ?? [];
      return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    };
    const target = targetAt(`http://hooks.example:${port}/`, inPublic, rebinding);
    for (const _ of meanings) expect(await target.send(soldOut(1))).toEqual(refusal);
    expect([lookUps, heard.length]).toEqual([3, 0]);

    const here: Resolve = async () => [{ address: "127.0.0.1", family: 4 }];
    expect(await targetAt(`http://hooks.example:${port}/`, {}, here).send(soldOut(1))).toBe("delivered");
    expect(heard).toHaveLength(1);
  });

  it("is passed over where a name means a public one beside it", async () => {
    const { port, heard } = await answering(200);
    // A public address that leads nowhere: whether it hangs or is unreachable, the private one is not tried instead.
    const both: Resolve = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "2606:4700::1", family: 6 },
    ];
    const target = targetAt(`http://hooks.example:${port}/`, { allowPrivate: false, timeoutMs: brief }, both);
    expect(await target.send(soldOut(1))).toEqual({ failed: expect.not.stringMatching("not called") });
    expect(heard).toEqual([]);
  });
});
