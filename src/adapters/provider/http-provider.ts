import type { Clock } from "../../application/ports/clock.js";
import type { Charge, PaymentProvider } from "../../application/ports/payment-provider.js";
import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";

const defaultTimeoutMs = 10_000;
const maxBytes = 16 * 1024;

/** The shop's payment bridge, and how it is called. */
export type Bridge = {
  /** http or https; the calls are below this path. */
  readonly url: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Returns the `webhook-signature` of a call. */
  readonly sign: (id: string, timestamp: number, body: string) => string;
  /** From the call to the end of its answer. Default: 10,000. */
  readonly timeoutMs?: number;
};

type Call = { readonly path: "captures" | "voids" | "refunds"; readonly id: string; readonly body: object };

/** Has payments captured, voided and refunded by the shop's payment bridge (docs/payments.md). */
export class HttpProvider implements PaymentProvider {
  private readonly bridge: Bridge;
  private readonly clock: Clock;

  constructor(bridge: Bridge, clock: Clock) {
    this.bridge = bridge;
    this.clock = clock;
  }

  /** @throws Error without an answer. The error never contains the payment method or the bridge's body. */
  capture({ paymentId, amount, method }: Charge): Promise<Verdict> {
    const body = { paymentId, amount, currency: this.bridge.currency, method };
    return this.verdict({ path: "captures", id: `capture-${paymentId}`, body });
  }

  /** @throws Error without an answer */
  void(paymentId: PaymentId): Promise<Verdict> {
    return this.verdict({ path: "voids", id: `void-${paymentId}`, body: { paymentId } });
  }

  /** @throws Error without an answer; a refused refund is no answer */
  async refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<void> {
    const body = { paymentId, refundId, amount, currency: this.bridge.currency };
    const verdict = await this.post({ path: "refunds", id: `refund-${paymentId}-${refundId}`, body });
    if (verdict !== "refunded") throw noAnswer("refunds", "unknown verdict");
  }

  private async verdict(call: Call): Promise<Verdict> {
    const verdict = await this.post(call);
    if (verdict === "captured" || verdict === "declined" || verdict === "voided") return verdict;
    throw noAnswer(call.path, "unknown verdict");
  }

  /** Returns the `verdict` of a complete 2xx response. Follows no redirect. */
  private async post({ path, id, body: facts }: Call): Promise<unknown> {
    const { url, sign, timeoutMs = defaultTimeoutMs } = this.bridge;
    const body = JSON.stringify(facts);
    const timestamp = Math.floor(this.clock.now() / 1000);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Rushboard",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": sign(id, timestamp, body),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const target = `${url.replace(/\/+$/, "")}/${path}`;
      const response = await fetch(target, { method: "POST", headers, body, redirect: "manual", signal });
      if (!response.ok) {
        await response.body?.cancel();
        throw noAnswer(path, `status ${response.status}`);
      }
      return verdictIn(await readText(response, path), path);
    } catch (error) {
      if (signal.aborted) throw noAnswer(path, `nothing within ${timeoutMs} ms`);
      if (error instanceof NoAnswer) throw error;
      throw noAnswer(path, reasonOf(error));
    }
  }
}

/** The outcome of the call is unknown. */
class NoAnswer extends Error {}

const noAnswer = (path: Call["path"], reason: string) =>
  new NoAnswer(`no answer of the payment bridge: ${path}: ${reason}`);

const readText = async ({ body }: Response, path: Call["path"]): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw noAnswer(path, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const verdictIn = (text: string, path: Call["path"]): unknown => {
  try {
    return (JSON.parse(text) as { readonly verdict?: unknown } | null)?.verdict;
  } catch {
    throw noAnswer(path, "not JSON");
  }
};

/** `fetch` hides the reason in the cause of its error. */
const reasonOf = (error: unknown): string => {
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return code ?? message;
};
