import { parseArgs } from "node:util";
import Table from "cli-table3";
import { Client } from "./client.js";
import { type DropOptions, runDrop } from "./drop.js";
import { judge } from "./promises.js";
import { startService } from "./service.js";

const usage = `npm run rehearsal -- [--shoppers 10000] [--coupons 1000] [--twice 30] [--reconnecting 10]
                         [--url http://127.0.0.1:3000] [--token-secret <AUTH_SECRET>]
Opens a coupon drop, lets shoppers rush it, follows every accepted claim over SSE, and holds the promises against it.
--twice, --reconnecting: percent of the shoppers. Without --url a service is started for it, with the engines of
the environment. Ends with 0 when every promise held, 1 when one broke, 2 when it could not be run.`;

const whole = (name: string, given: string, most: number): number => {
  const value = Number(given);
  if (!/^\d+$/.test(given) || value > most) throw new Error(`--${name}: a whole number up to ${most}, not ${given}`);
  return value;
};

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      shoppers: { type: "string", default: "10000" },
      coupons: { type: "string", default: "1000" },
      twice: { type: "string", default: "30" },
      reconnecting: { type: "string", default: "10" },
      url: { type: "string" },
      "token-secret": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const drop: DropOptions = {
    shoppers: whole("shoppers", values.shoppers, 1_000_000),
    coupons: Math.max(1, whole("coupons", values.coupons, 10_000_000)),
    twice: whole("twice", values.twice, 100) / 100,
    reconnecting: whole("reconnecting", values.reconnecting, 100) / 100,
  };
  if (values.url !== undefined && !URL.canParse(values.url))
    throw new Error(`--url: an http(s) URL, not ${values.url}`);
  return { drop, url: values.url, secret: values["token-secret"], help: values.help };
};

const showProgress = (of: number) => {
  if (!process.stderr.isTTY) return () => {};
  return (done: number) => {
    if (done % 100 === 0 || done === of) process.stderr.write(`\r${done} of ${of} shoppers are through`);
    if (done === of) process.stderr.write("\n");
  };
};

const auditLine = ({ admitted, taken, issued }: Readonly<Record<string, unknown>>): string =>
  `admitted ${admitted} = taken ${taken} = issued ${issued}`;

const rehearse = async (): Promise<number> => {
  const { drop: options, url, secret, help } = readOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  const service = url === undefined ? await startService() : undefined;
  const client = new Client(service?.url ?? new URL(url ?? ""), secret ?? process.env.AUTH_SECRET);
  try {
    const drop = await runDrop(client, options, showProgress(options.shoppers));
    const { figures, audit, broken } = await judge(client, drop, options);
    const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
    const table = new Table({ chars, style: { head: [], border: [] } });
    table.push(...Object.entries(figures).map(([name, value]) => ({ [name]: String(value) })));
    table.push({ audit: `${audit.balanced ? "balanced" : "NOT balanced"}: ${auditLine(audit)}` });
    console.log(table.toString());
    for (const promise of broken) console.log(`BROKEN: ${promise}`);
    if (broken.length === 0) console.log("Every promise held.");
    return broken.length === 0 ? 0 : 1;
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
