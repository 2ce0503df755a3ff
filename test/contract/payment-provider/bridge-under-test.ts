import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { HttpProvider } from "../../../src/adapters/provider/http-provider.js";
import { systemClock } from "../../../src/adapters/system/system-clock.js";
import { webhookSignature } from "../../../src/adapters/webhook/webhook-signature.js";
import type { SandboxTotals } from "../../../src/application/ports/sandbox-book.js";
import { root } from "../../architecture/source-files.js";
import type { BridgeUnderTest } from "./bridge-clauses.js";

export const bridgeSecret = "the secret of the payment bridge";
export const bridgeKey = Buffer.from(bridgeSecret);

type ExampleProvider = { totals(): SandboxTotals; refund(call: { readonly refundId: string }): Promise<boolean> };
type ExampleBook = { close(): void };
type Example = {
  createProvider(): ExampleProvider;
  openBook(file?: string): ExampleBook;
  createBridge(parts: { secret: string; book: ExampleBook; provider: ExampleProvider }): Server;
};

/** The example's modules, which are JavaScript without types. */
const loadExample = async (): Promise<Example> => {
  const names = ["provider.js", "book.js", "bridge.js"];
  const modules = names.map((name) => import(pathToFileURL(join(root, "examples/payment-bridge", name)).href));
  return Object.assign({}, ...(await Promise.all(modules)));
};

export const listen = async (server: Server, port = 0): Promise<number> => {
  await once(server.listen(port, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
};

export const closeServer = async (server: Server): Promise<void> => {
  const closed = once(server.close(), "close");
  server.closeAllConnections();
  await closed;
};

/** Returns a bridge at an address, as two nodes call it. */
export const bridgeAt = (
  port: number,
  facts: Pick<BridgeUnderTest, "totals" | "restart">,
  timeoutMs = 5000,
): BridgeUnderTest => {
  const url = `http://127.0.0.1:${port}`;
  const sign = (id: string, timestamp: number, body: string) => webhookSignature(bridgeKey, id, timestamp, body);
  const open = () => new HttpProvider({ url, currency: "KRW", sign, timeoutMs }, systemClock);
  return { here: open(), there: open(), valid: "tok_ok", declined: "tok_declined", url, key: bridgeKey, ...facts };
};

/** Starts the example bridge. With a file its book survives `restart`; its provider always does. */
export const startExampleBridge = async (file?: string, change = (provider: ExampleProvider) => provider) => {
  const { createProvider, openBook, createBridge } = await loadExample();
  const provider = change(createProvider());
  let book = openBook(file);
  let server = createBridge({ secret: bridgeSecret, book, provider });
  const port = await listen(server);
  const stop = async () => {
    await closeServer(server);
    book.close();
  };
  const restart = async () => {
    await stop();
    book = openBook(file);
    server = createBridge({ secret: bridgeSecret, book, provider });
    await listen(server, port);
  };
  return { under: bridgeAt(port, { totals: async () => provider.totals(), restart }), stop };
};
