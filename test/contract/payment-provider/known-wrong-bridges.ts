import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { webhookSignature } from "../../../src/adapters/webhook/webhook-signature.js";
import type { SandboxBook } from "../../../src/application/ports/sandbox-book.js";
import type { Money } from "../../../src/domain/money.js";
import { bridgeKey } from "./bridge-under-test.js";

type Faults = {
  /** Whether a call with this signature is accepted. */
  readonly accepts?: (signed: boolean, ageSeconds: number, signedBySecret: boolean) => boolean;
  /** The status of a refused refund. */
  readonly refused?: number;
};

const zero = 0 as Money;
const isFresh = (ageSeconds: number) => ageSeconds < 300;

/** Whether the call is signed with the secret, for this body or for the body with a blank at its end. */
const signaturesOf = ({ headers }: IncomingMessage, body: string) => {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": given } = headers;
  const isOf = (signed: string) => given === webhookSignature(bridgeKey, String(id), Number(timestamp), signed);
  return { signed: isOf(body), bySecret: isOf(body) || isOf(`${body} `), age: Date.now() / 1000 - Number(timestamp) };
};

/** Serves a book as a payment bridge with these faults. */
export const bridgeOn = (
  book: SandboxBook,
  { accepts = (signed, age) => signed && isFresh(age), refused = 409 }: Faults = {},
): Server => {
  const answer = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    const body = await text(request);
    const { signed, bySecret, age } = signaturesOf(request, body);
    if (!accepts(signed, age, bySecret)) return [401, {}];
    const { paymentId, refundId, amount, method } = JSON.parse(body);
    if (request.url === "/voids")
      return [200, { verdict: await book.record({ paymentId, verdict: "voided", amount: zero }) }];
    if (request.url === "/captures") {
      const verdict = method === "tok_declined" ? "declined" : "captured";
      return [
        200,
        { verdict: await book.record({ paymentId, verdict, amount: verdict === "captured" ? amount : zero }) },
      ];
    }
    return (await book.refund(paymentId, refundId, amount)) ? [200, { verdict: "refunded" }] : [refused, {}];
  };
  return createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
};

/** Known-wrong bridges on a correct book, and the clause that must reject each. */
export const knownWrongBridges: Readonly<Record<string, { readonly breaks: string; readonly faults: Faults }>> = {
  "accepts any signature": {
    breaks: "rejects a wrong signature with 401, and does nothing",
    faults: { accepts: (_, age) => isFresh(age) },
  },
  "does not compare the signature with the body": {
    breaks: "rejects the signature of another body with 401, and does nothing",
    faults: { accepts: (_, age, bySecret) => bySecret && isFresh(age) },
  },
  "accepts old signatures": {
    breaks: "rejects a signature that is an hour old with 401, and does nothing",
    faults: { accepts: (signed) => signed },
  },
  "answers 200 to a refused refund": {
    breaks: "refuses a refund of a payment that was not captured: no 2xx",
    faults: { refused: 200 },
  },
};
