import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { EventStream } from "../../src/adapters/http/server/event-stream.js";
import type { EdgeResponse } from "../../src/adapters/http/server/exchange.js";

const bufferedBytes = 64 * 1024;
const frame = `data: ${"x".repeat(32 * 1024)}\n\n`;

/** Opens a stream to a client that reads what it receives, or never reads. */
const streamTo = async (client: "reading" | "stalled") => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  if (client === "reading") socket.resume();
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const stream = new EventStream(response as EdgeResponse, bufferedBytes, (begun) => begun.writeHead(200));
  return { stream, response };
};

describe("an event stream", () => {
  it("disconnects a client that does not read, once 64 KiB are buffered", async () => {
    const { stream, response } = await streamTo("stalled");
    const closed = new Promise<void>((resolve) => stream.onClose(resolve));
    for (let sent = 0; sent < 2000 && !response.destroyed; sent++) {
      stream.send(frame);
      await nextTurn();
    }
    expect(response.destroyed).toBe(true);
    await closed;
  });

  it("keeps a client that reads, however much it receives (negative control)", async () => {
    const { stream, response } = await streamTo("reading");
    for (let sent = 0; sent < 500; sent++) {
      stream.send(frame);
      while (response.writableLength > 0) await nextTurn();
    }
    expect(response.destroyed).toBe(false);
  });
});
