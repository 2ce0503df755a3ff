/*
 * A payment bridge: Rushboard calls it, and it calls the payment provider. Copy this folder, replace the three calls in
 * provider.js, and replace book.js by your database. See docs/payments.md.
 *
 *   PAYMENT_SECRET=… PORT=4000 node server.js
 *   BRIDGE_FILE=bridge.log     keeps the book in a file, so that its answers survive a restart
 */
import { openBook } from "./book.js";
import { createBridge } from "./bridge.js";
import { createProvider } from "./provider.js";

const { PAYMENT_SECRET: secret = "", PORT = "4000", HOST = "127.0.0.1", BRIDGE_FILE } = process.env;
if (Buffer.byteLength(secret) < 24) {
  console.error("payment bridge: PAYMENT_SECRET must have at least 24 bytes");
  process.exit(78);
}
const book = openBook(BRIDGE_FILE || undefined);
const server = createBridge({ secret, book, provider: createProvider() });
server.on("error", ({ message }) => {
  console.error(`payment bridge: ${message}`);
  process.exit(1);
});
server.listen(Number(PORT), HOST, () => {
  console.log(`payment bridge at http://${HOST}:${server.address().port}`);
});
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => server.close(() => book.close()).closeIdleConnections());
