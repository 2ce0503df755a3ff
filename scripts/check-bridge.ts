/*
 * Runs the contract suite of payment providers against a payment bridge. Use the test mode of your provider: the suite
 * captures and refunds about fifty payments.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { HttpProvider } from "../src/adapters/provider/http-provider.js";
import { systemClock } from "../src/adapters/system/system-clock.js";
import { signingKeyOf, webhookSignature } from "../src/adapters/webhook/webhook-signature.js";
import { readEnvFile } from "../src/bootstrap/env-file.js";
import { paymentSettings } from "../src/bootstrap/payment-settings.js";
import { type BridgeUnderTest, bridgeClauses } from "../test/contract/payment-provider/bridge-clauses.js";
import { refundClauses } from "../test/contract/payment-provider/refund-clauses.js";
import { verdictClauses } from "../test/contract/payment-provider/verdict-clauses.js";

const usage = `PAYMENT_SECRET=… npm run check-bridge -- --url https://payments.shop.example/bridge
  [--method tok_ok] [--declined-method tok_declined]   methods that the provider captures and declines
  [--currency KRW]
  [--restart]   also checks that answers survive a restart: asks you to restart the bridge`;
/** `EX_USAGE`, `EX_UNAVAILABLE` and `EX_CONFIG` of sysexits. */
const exits = { broken: 1, usage: 64, unavailable: 69, config: 78 };
const restartClause = "keeps every answer across a restart";

const refuse = (reason: string, code: number): never => {
  process.stderr.write(`check-bridge: ${reason}\n`);
  process.exit(code);
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        url: { type: "string" },
        method: { type: "string", default: "tok_ok" },
        "declined-method": { type: "string", default: "tok_declined" },
        currency: { type: "string", default: "KRW" },
        restart: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(`${(error as Error).message}\n${usage}`, exits.usage);
  }
};

const waitForRestart = async (): Promise<void> => {
  process.stdout.write("Restart the bridge now, then press Enter: ");
  process.stdin.resume();
  await once(process.stdin, "data");
  process.stdin.pause();
};

const openUnderTest = (): BridgeUnderTest => {
  const { url, method, "declined-method": declined, currency, restart } = readOptions();
  const { PAYMENT_URL, PAYMENT_SECRET, CURRENCY } = paymentSettings;
  if (url === undefined || !PAYMENT_URL.safeParse(url).success)
    return refuse(`--url must be an http(s) URL without login, query and fragment\n${usage}`, exits.usage);
  if (!CURRENCY.safeParse(currency).success) return refuse("--currency must be an ISO 4217 code", exits.usage);
  readEnvFile();
  const secret = PAYMENT_SECRET.safeParse(process.env.PAYMENT_SECRET || undefined);
  if (!secret.success || secret.data === undefined)
    return refuse(
      "the environment must have PAYMENT_SECRET, the secret of the bridge (at least 24 bytes)",
      exits.config,
    );
  const key = signingKeyOf(secret.data);
  const bridge = { url, currency, sign: (...call: [string, number, string]) => webhookSignature(key, ...call) };
  const [here, there] = [new HttpProvider(bridge, systemClock), new HttpProvider(bridge, systemClock)];
  return { here, there, valid: method, declined, totals: null, url, key, restart: restart ? waitForRestart : null };
};

const run = async (): Promise<void> => {
  const under = openUnderTest();
  await fetch(under.url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(10_000) }).catch((error) => {
    const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
    refuse(`the bridge at ${under.url} cannot be reached: ${code ?? message}`, exits.unavailable);
  });
  let broken = 0;
  for (const [promise, clause] of Object.entries({ ...verdictClauses, ...refundClauses, ...bridgeClauses })) {
    if (promise === restartClause && under.restart === null) {
      process.stdout.write(`not checked  ${promise} (--restart)\n`);
      continue;
    }
    try {
      await clause(under);
      process.stdout.write(`ok           ${promise}\n`);
    } catch (error) {
      broken += 1;
      process.stdout.write(`BROKEN       ${promise}\n             ${(error as Error).message.split("\n")[0]}\n`);
    }
  }
  process.stdout.write(broken === 0 ? "The bridge satisfies the contract.\n" : `${broken} clauses are broken.\n`);
  process.exitCode = broken === 0 ? 0 : exits.broken;
};

await run();
