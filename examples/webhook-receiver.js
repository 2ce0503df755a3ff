// Receives webhooks, verifies their signatures, and prints each event once:
//   WEBHOOK_SECRET=whsec_… PORT=8080 node examples/webhook-receiver.js
// While you replace the secret, set both, separated by a blank.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { WEBHOOK_SECRET = "", PORT = "8080" } = process.env;
const keys = WEBHOOK_SECRET.split(" ")
  .filter(Boolean)
  .map((secret) => (secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret)));
if (keys.length === 0) throw new Error("set WEBHOOK_SECRET to the secret of the webhook");

const maxAgeSeconds = 300;
const maxBytes = 65_536;

/** Returns whether one of the signatures was made with one of the keys, at most five minutes ago. */
const isValid = (headers, body) => {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(at)) < maxAgeSeconds)) return false;
  const isBy = (key, signature) => {
    const expected = Buffer.from(
      `v1,${createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest("base64")}`,
    );
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return signatures.split(" ").some((signature) => keys.some((key) => isBy(key, signature)));
};

// Delivery is at least once. If you store the result of an event, store its id in the same transaction.
const processed = new Set();

const receive = async (request, response) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBytes) return response.writeHead(413, { connection: "close" }).end();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isValid(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!processed.has(id)) {
    const { type, timestamp, data } = JSON.parse(body.toString());
    processed.add(id);
    console.log(`${timestamp} ${type} ${JSON.stringify(data)}`);
  }
  response.writeHead(204).end();
};

const server = createServer((request, response) => {
  receive(request, response).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.on("clientError", (_, socket) => socket.destroy());
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on port ${server.address().port}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(() => process.exit()));
