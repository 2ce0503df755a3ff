import { parseArgs } from "node:util";
import { readEnvFile } from "../../src/bootstrap/env-file.js";
import { Client } from "./client.js";
import { runDrop } from "./drop.js";
import { checkDrop } from "./drop-promises.js";
import { runOnSale } from "./on-sale.js";
import { report, showBoard } from "./report.js";
import { checkOnSale } from "./seat-promises.js";
import { startService } from "./service.js";

const usage = `npm run rehearsal -- [--shoppers 10000] [--coupons 1000] [--twice 30] [--reconnecting 10]
Opens a coupon drop, sends shoppers, follows every accepted claim over SSE, and checks the promises.

npm run rehearsal -- --seats 500 [--shoppers 5000] [--twice 30] [--declined 10] [--leaving 10]
Opens a concert's schedule, sends shoppers who buy seats until it is sold out, prints the board of the fastest
sell-outs, and checks that each seat has one buyer and that the sell-out was recorded once.

Percentages of the shoppers:
--twice         click everything twice
--reconnecting  lose their stream once
--declined      have their first payment declined
--leaving       give their first seat back

--url           a running service, for example http://127.0.0.1:3000; by default one is started, with the backends of
                the environment
AUTH_SECRET in the environment or in .env: the secret of that service
Exit codes: 0 all promises kept, 1 a promise broken, 2 not run.`;

/** The maximum difference between the clocks of two machines. */
const clockToleranceMs = 2000;
const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

const wholeNumber = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new Error(`--${name} must be a whole number up to ${max}, not "${text}"`);
  return value;
};

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      shoppers: { type: "string" },
      coupons: { type: "string" },
      seats: { type: "string" },
      twice: { type: "string", default: "30" },
      reconnecting: { type: "string" },
      declined: { type: "string" },
      leaving: { type: "string" },
      url: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const sellsSeats = values.seats !== undefined;
  for (const name of sellsSeats ? (["coupons", "reconnecting"] as const) : (["declined", "leaving"] as const))
    if (values[name] !== undefined)
      throw new Error(`--${name} cannot be used ${sellsSeats ? "with" : "without"} --seats`);
  if (values.url !== undefined && !URL.canParse(values.url))
    throw new Error(`--url must be an http(s) URL, not "${values.url}"`);
  const share = (name: "twice" | "reconnecting" | "declined" | "leaving") =>
    wholeNumber(name, values[name] ?? "10", 100) / 100;
  return {
    ...values,
    sellsSeats,
    drop: {
      shoppers: wholeNumber("shoppers", values.shoppers ?? "10000", 1_000_000),
      coupons: Math.max(1, wholeNumber("coupons", values.coupons ?? "1000", 10_000_000)),
      twice: share("twice"),
      reconnecting: share("reconnecting"),
    },
    onSale: {
      shoppers: wholeNumber("shoppers", values.shoppers ?? "5000", 1_000_000),
      seats: Math.max(1, wholeNumber("seats", values.seats ?? "500", 100_000)),
      twice: share("twice"),
      declined: share("declined"),
      leaving: share("leaving"),
    },
  };
};

const showProgress = (total: number) => {
  if (!process.stderr.isTTY) return () => {};
  return (done: number) => {
    if (done % 100 === 0 || done === total) process.stderr.write(`\r${done} of ${total} shoppers are done`);
    if (done === total) process.stderr.write("\n");
  };
};

const rehearse = async (): Promise<number> => {
  const { sellsSeats, drop, onSale, url, help } = readOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  readEnvFile();
  const service = url === undefined ? await startService() : undefined;
  const address = service?.url ?? new URL(url ?? "");
  const client = new Client(address, process.env.AUTH_SECRET);
  try {
    if (!sellsSeats)
      return report(await checkDrop(client, await runDrop(client, drop, showProgress(drop.shoppers)), drop));
    const result = await runOnSale(client, onSale, showProgress(onSale.shoppers));
    const verdict = await checkOnSale(result, onSale, loopback.test(address.hostname) ? 0 : clockToleranceMs);
    showBoard(verdict.board);
    return report(verdict);
  } finally {
    client.close();
    await service?.stop();
  }
};

rehearse().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
