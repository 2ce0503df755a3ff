import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const maxBytes = 16 * 1024;
const maxAgeSeconds = 300;
const isId = (value) => typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value);
const isAmount = (value) => Number.isSafeInteger(value) && value > 0;

/** The key of a secret: `whsec_` and base64, or the bytes of any other text. */
const keyOf = (secret) => (secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret));

/** Whether the call was signed with the secret within the last five minutes (Standard Webhooks). */
const isSigned = (secret, headers, body, now = Date.now()) => {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !timestamp || !signatures) return false;
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= maxAgeSeconds)) return false;
  const expected = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

/** Returns a function that runs the calls of one payment one after another. So a void waits for a running capture. */
const oneAtATime = () => {
  const last = new Map();
  return (paymentId, call) => {
    const result = (last.get(paymentId) ?? Promise.resolve()).then(call);
    const done = result.catch(() => {}).then(() => last.get(paymentId) === done && last.delete(paymentId));
    last.set(paymentId, done);
    return result;
  };
};

/** The three calls. Each returns `[status, body]`; an answer in the book is final. */
const callsOf = (book, provider) => ({
  async captures({ paymentId, amount, currency, method }) {
    if (!isAmount(amount) || typeof method !== "string") return [400, { error: "invalid amount or method" }];
    const payment = book.of(paymentId);
    if (payment.verdict === null) {
      // In the book before the provider is called: after a crash a void then asks the provider.
      if (!payment.started) book.write({ paymentId, started: true, amount });
      const verdict = await provider.capture({ paymentId, amount: payment.amount, currency, method });
      book.write({ paymentId, verdict });
    }
    return [200, { verdict: payment.verdict }];
  },

  async voids({ paymentId }) {
    const payment = book.of(paymentId);
    if (payment.verdict === null)
      book.write({ paymentId, verdict: payment.started ? await provider.void({ paymentId }) : "voided" });
    return [200, { verdict: payment.verdict }];
  },

  async refunds({ paymentId, refundId, amount, currency }) {
    if (!isId(refundId) || !isAmount(amount)) return [400, { error: "invalid refundId or amount" }];
    const { verdict, refunds, amount: captured } = book.of(paymentId);
    const first = refunds.get(refundId);
    if (first !== undefined && first.amount !== amount) return [409, { error: "the refund has another amount" }];
    if (first?.done) return [200, { verdict: "refunded" }];
    if (first === undefined) {
      const refunded = [...refunds.values()].reduce((sum, each) => sum + each.amount, 0);
      if (verdict !== "captured") return [409, { error: "the payment was not captured" }];
      if (refunded + amount > captured) return [409, { error: "more than was captured" }];
      book.write({ paymentId, refundId, amount });
    }
    // A refund without a result in the book is sent again.
    if (await provider.refund({ paymentId, refundId, amount, currency })) {
      book.write({ paymentId, refundId, amount, done: true });
      return [200, { verdict: "refunded" }];
    }
    book.write({ paymentId, refundId, refused: true });
    return [409, { error: "the provider refuses the refund" }];
  },
});

const readBody = async (request) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Returns the bridge's HTTP server: `POST /captures`, `/voids` and `/refunds`. */
export const createBridge = ({ secret, book, provider }) => {
  const calls = callsOf(book, provider);
  const inOrder = oneAtATime();
  const respond = async (request) => {
    const call = Object.hasOwn(calls, request.url.slice(1)) ? calls[request.url.slice(1)] : undefined;
    if (request.method !== "POST" || call === undefined) return [404, { error: "not found" }];
    const text = await readBody(request);
    if (text === undefined) return [413, { error: "too large" }];
    if (!isSigned(secret, request.headers, text)) return [401, { error: "wrong or old signature" }];
    const body = parsed(text);
    if (!isId(body?.paymentId)) return [400, { error: "invalid paymentId" }];
    return inOrder(body.paymentId, () => call(body));
  };
  return createServer((request, response) => {
    void respond(request)
      // No answer: Rushboard calls again. The log has the reason; the method is never logged.
      .catch((error) => {
        console.error(`payment bridge: ${request.url}: ${error.message}`);
        return [502, { error: "the provider did not answer" }];
      })
      .then(([status, body]) => {
        const close = status === 413 ? { connection: "close" } : {};
        response.writeHead(status, { "content-type": "application/json", ...close }).end(JSON.stringify(body));
      });
  });
};
