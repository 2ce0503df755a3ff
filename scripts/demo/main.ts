import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "../../bench/rehearsal/client.js";
import { startService } from "../../bench/rehearsal/service.js";
import { settings } from "../../src/bootstrap/config.js";
import { Concerts } from "./concerts.js";
import { CouponDrop } from "./coupon-drop.js";
import { DemoRun } from "./demo-run.js";
import { concert, coupon } from "./sample-data.js";
import { Shop } from "./shop.js";

const usage = "usage: npm run demo -- [--seconds 60], with PORT=3000";
/** `EX_USAGE` and `EX_UNAVAILABLE` of sysexits. */
const exits = { usage: 64, unavailable: 69 };
const maxSeconds = 86_400;
const dropOpensInMs = 10_000;
const saleOpensInMs = 20_000;
/** How long the demo waits for its tasks at the end. */
const endTimeoutMs = 3000;

const exitWith = (reason: string, code: number): never => {
  process.stderr.write(`demo: ${reason}\n`);
  process.exit(code);
};

const wholeNumber = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
};

/** Returns the port, and the number of seconds after which the demo ends, if given. */
const readOptions = () => {
  try {
    const { values } = parseArgs({ options: { seconds: { type: "string" } } });
    const seconds = values.seconds === undefined ? undefined : wholeNumber("--seconds", values.seconds, 1, maxSeconds);
    return { seconds, port: wholeNumber("PORT", process.env.PORT || "3000", 0, 65_535) };
  } catch (error) {
    return exitWith(`${(error as Error).message}; ${usage}`, exits.usage);
  }
};

/** Exits if the port cannot be used, before anything is started. */
const requireFreePort = async (port: number): Promise<void> => {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is in use" : `cannot be used (${code})`;
    exitWith(`port ${port} ${reason}. For a free port run: PORT=0 npm run demo`, exits.unavailable);
  } finally {
    probe.close();
  }
};

/** Unsets all settings of the environment: the demo is embedded, in open mode, with temporary data. */
const defaultSettings = Object.fromEntries(
  Object.keys(settings.shape).flatMap((name) => (["DATA_DIR", "LOG_LEVEL"].includes(name) ? [] : [[name, ""]])),
);

const startTasks = async (demo: DemoRun, url: URL, client: Client, shop: Shop): Promise<void> => {
  const concerts = new Concerts(client, demo);
  const drop = new CouponDrop(client, demo, shop);
  await Promise.all([shop.addProducts(), concerts.addSoldOut()]);
  const office = await concerts.add(saleOpensInMs);
  await drop.create(dropOpensInMs);
  if (demo.isOver) return;
  console.log(`Rushboard runs at ${url.href} with sample data. Ctrl-C ends the demo and deletes its data.
  ${url.href}#/drop/${coupon.couponId}  the drop "${coupon.name}": opens in ${dropOpensInMs / 1000} s, claim a coupon
  ${url.href}#/boards?schedule=${office.scheduleId}  the boards, and "${concert.title}": on sale in ${saleOpensInMs / 1000} s
  ${url.href}#/health  the health of the service`);
  shop.open();
  demo.start(() => drop.run(dropOpensInMs));
  demo.start(() => concerts.sellOut(office, saleOpensInMs));
};

const runDemo = async (): Promise<void> => {
  const { port, seconds } = readOptions();
  await requireFreePort(port);
  const demo = new DemoRun();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => demo.end());
  // stdout may be closed, as by `| head`. The service must be stopped then too.
  process.stdout.on("error", () => demo.end());
  const service = await startService({ ...defaultSettings, PORT: String(port) }).catch((error: unknown) => {
    // Ctrl-C also reaches a service that is still starting.
    if (demo.isOver) return undefined;
    throw error;
  });
  if (service === undefined) return;
  void service.ended.then((code) =>
    code === 0 ? demo.end() : demo.fail(new Error(`the service exited with code ${code}`)),
  );
  const client = new Client(service.url, undefined);
  const shop = new Shop(client, demo);
  try {
    demo.start(async () => {
      await startTasks(demo, service.url, client, shop);
      if (seconds !== undefined && (await demo.sleep(seconds * 1000))) demo.end();
    });
    await demo.ended;
  } finally {
    // If the service has ended too, tasks get no more responses.
    await Promise.race([demo.waitForTasks(), service.ended, sleep(endTimeoutMs)]);
    client.close();
    await service.stop();
  }
  console.log(`demo ended, orders paid: ${shop.paidOrders}`);
};

runDemo().then(
  () => process.exit(0),
  (error: unknown) => exitWith(error instanceof Error ? error.message : String(error), exits.unavailable),
);
