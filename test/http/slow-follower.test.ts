import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { EventStream } from "../../src/adapters/http/server/event-stream.js";
import type { EdgeResponse } from "../../src/adapters/http/server/exchange.js";

const bufferedBytes = 64 * 1024;
const frame = `data: ${"x".repeat(32 * 1024)}\n\n`;

/** A stream to a client that reads, or does not. */
const streamTo = async (reads: boolean) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  if (reads) client.resume();
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const stream = new EventStream(response as EdgeResponse, bufferedBytes, (begun) => begun.writeHead(200));
  return { stream, response };
};

it("drops a follower that reads nothing, once its bytes are too many to hold", async () => {
  const { stream, response } = await streamTo(false);
  const left = new Promise<void>((resolve) => stream.onClose(resolve));
  for (let sent = 0; sent < 2000 && !response.destroyed; sent++) {
    stream.send(frame);
    await turn();
  }
  expect(response.destroyed).toBe(true);
  await left;
});

it("keeps a follower that reads, however much it is sent (control)", async () => {
  const { stream, response } = await streamTo(true);
  for (let sent = 0; sent < 500; sent++) {
    stream.send(frame);
    while (response.writableLength > 0) await turn();
  }
  expect(response.destroyed).toBe(false);
});
