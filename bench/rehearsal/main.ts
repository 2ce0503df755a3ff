import { parseArgs } from "node:util";
import { Client } from "./client.js";
import { runDrop } from "./drop.js";
import { runOnSale } from "./on-sale.js";
import { judge } from "./promises.js";
import { report, showBoard } from "./report.js";
import { judgeOnSale } from "./seat-promises.js";
import { startService } from "./service.js";

const usage = `npm run rehearsal -- [--shoppers 10000] [--coupons 1000] [--twice 30] [--reconnecting 10]
Opens a coupon drop, lets shoppers rush it, follows every accepted claim over SSE, and holds the promises against it.

npm run rehearsal -- --seats 500 [--shoppers 5000] [--twice 30] [--declined 10] [--leaving 10]
Opens a concert's schedule, lets shoppers rush its seats and pay until it is sold out, shows the board of the fastest
sell-outs, and holds against it that each seat has one buyer and that the sell-out was recorded once, in time.

--twice: percent of the shoppers who click everything twice; --reconnecting: whose stream breaks once; --declined:
whose card is declined at first; --leaving: who give back the first seat that they get.
--url http://127.0.0.1:3000, --token-secret <AUTH_SECRET>: a service of yours; without --url one is started, with the
engines of the environment. Ends with 0 when every promise held, 1 when one broke, 2 when it could not be run.`;

/** A clock on another machine differs by no more. */
const clocksMs = 2000;
const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

const whole = (name: string, given: string, most: number): number => {
  const value = Number(given);
  if (!/^\d+$/.test(given) || value > most) throw new Error(`--${name}: a whole number up to ${most}, not ${given}`);
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
      "token-secret": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const sellsSeats = values.seats !== undefined;
  for (const name of sellsSeats ? (["coupons", "reconnecting"] as const) : (["declined", "leaving"] as const))
    if (values[name] !== undefined) throw new Error(`--${name}: not ${sellsSeats ? "with" : "without"} --seats`);
  if (values.url !== undefined && !URL.canParse(values.url))
    throw new Error(`--url: an http(s) URL, not ${values.url}`);
  const share = (name: "twice" | "reconnecting" | "declined" | "leaving") =>
    whole(name, values[name] ?? "10", 100) / 100;
  return {
    ...values,
    sellsSeats,
    drop: {
      shoppers: whole("shoppers", values.shoppers ?? "10000", 1_000_000),
      coupons: Math.max(1, whole("coupons", values.coupons ?? "1000", 10_000_000)),
      twice: share("twice"),
      reconnecting: share("reconnecting"),
    },
    onSale: {
      shoppers: whole("shoppers", values.shoppers ?? "5000", 1_000_000),
      seats: Math.max(1, whole("seats", values.seats ?? "500", 100_000)),
      twice: share("twice"),
      declined: share("declined"),
      leaving: share("leaving"),
    },
  };
};

const showProgress = (of: number) => {
  if (!process.stderr.isTTY) return () => {};
  return (done: number) => {
    if (done % 100 === 0 || done === of) process.stderr.write(`\r${done} of ${of} shoppers are through`);
    if (done === of) process.stderr.write("\n");
  };
};

const rehearse = async (): Promise<number> => {
  const { sellsSeats, drop, onSale, url, "token-secret": secret, help } = readOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  const service = url === undefined ? await startService() : undefined;
  const address = service?.url ?? new URL(url ?? "");
  const client = new Client(address, secret ?? process.env.AUTH_SECRET);
  try {
    if (!sellsSeats) return report(await judge(client, await runDrop(client, drop, showProgress(drop.shoppers)), drop));
    const sold = await runOnSale(client, onSale, showProgress(onSale.shoppers));
    const verdict = await judgeOnSale(sold, onSale, loopback.test(address.hostname) ? 0 : clocksMs);
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
