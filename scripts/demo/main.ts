import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "../../bench/rehearsal/client.js";
import { startService } from "../../bench/rehearsal/service.js";
import { settings } from "../../src/bootstrap/config.js";
import { CouponDrop } from "./coupon-drop.js";
import { Hall } from "./hall.js";
import { coupon, evening } from "./invented.js";
import { Shop } from "./shop.js";
import { Stage } from "./stage.js";

const usage = "npm run demo -- [--seconds 60]; PORT=3000 npm run demo";
/** `EX_USAGE` and `EX_UNAVAILABLE` of sysexits. */
const exits = { usage: 64, unavailable: 69 };
const mostSeconds = 86_400;
const dropOpensInMs = 10_000;
const saleOpensInMs = 20_000;
/** What is under way at the end may take so long, ms. */
const endMs = 3000;

const refuse = (reason: string, code: number): never => {
  process.stderr.write(`demo: ${reason}\n`);
  process.exit(code);
};

const whole = (name: string, given: string, least: number, most: number): number => {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new Error(`${name}: a whole number from ${least} to ${most}, not ${JSON.stringify(given)}`);
};

/** After how many seconds the show ends by itself, if at all, and where it is to be seen. */
const readOptions = () => {
  try {
    const { values } = parseArgs({ options: { seconds: { type: "string" } } });
    const seconds = values.seconds === undefined ? undefined : whole("--seconds", values.seconds, 1, mostSeconds);
    return { seconds, port: whole("PORT", process.env.PORT || "3000", 0, 65_535) };
  } catch (error) {
    return refuse(`${(error as Error).message}; ${usage}`, exits.usage);
  }
};

/** Ends where the port is not to be had, before anything is started. */
const insistOnPort = async (port: number): Promise<void> => {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is taken" : `is not to be had (${code})`;
    refuse(`port ${port} ${reason}; PORT=0 npm run demo takes a free one`, exits.unavailable);
  } finally {
    probe.close();
  }
};

/** The defaults, whatever the environment says: embedded, in open mode, on loopback; the data where they are removed. */
const embedded = Object.fromEntries(
  Object.keys(settings.shape).flatMap((name) => (["DATA_DIR", "LOG_LEVEL"].includes(name) ? [] : [[name, ""]])),
);

const perform = async (stage: Stage, url: URL, client: Client, shop: Shop): Promise<void> => {
  const hall = new Hall(client, stage);
  const drop = new CouponDrop(client, stage, shop);
  await Promise.all([shop.fill(), hall.fill()]);
  const office = await hall.announce(saleOpensInMs);
  await drop.announce(dropOpensInMs);
  if (stage.isOver) return;
  console.log(`Rushboard is at ${url.href} with an invented shop and hall. Ctrl-C ends it; nothing is kept.
  ${url.href}#/drop/${coupon.couponId}  the drop "${coupon.name}": opens in ${dropOpensInMs / 1000} s, claim one yourself
  ${url.href}#/boards?schedule=${office.scheduleId}  the boards, and "${evening.title}": on sale in ${saleOpensInMs / 1000} s
  ${url.href}#/health  how the service fares`);
  shop.open();
  stage.go(() => drop.rush(dropOpensInMs));
  stage.go(() => hall.sellOut(office, saleOpensInMs));
};

const demonstrate = async (): Promise<void> => {
  const { port, seconds } = readOptions();
  await insistOnPort(port);
  const stage = new Stage();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stage.end());
  // Nobody reads any more, as with `| head`: the service must not be left behind.
  process.stdout.on("error", () => stage.end());
  const service = await startService({ ...embedded, PORT: String(port) }).catch((error: unknown) => {
    // Ctrl-C reaches a service that is still starting as well.
    if (stage.isOver) return undefined;
    throw error;
  });
  if (service === undefined) return;
  void service.ended.then((code) =>
    code === 0 ? stage.end() : stage.fail(new Error(`the service ended by itself with ${code}`)),
  );
  const client = new Client(service.url, undefined);
  const shop = new Shop(client, stage);
  try {
    stage.go(async () => {
      await perform(stage, service.url, client, shop);
      if (seconds !== undefined && (await stage.pause(seconds * 1000))) stage.end();
    });
    await stage.over;
  } finally {
    // Where the service has ended as well, nothing under way will be answered any more.
    await Promise.race([stage.quiet(), service.ended, sleep(endMs)]);
    client.close();
    await service.stop();
  }
  console.log(`ended; ${shop.ordersPaid} orders were paid`);
};

demonstrate().then(
  () => process.exit(0),
  (error: unknown) => refuse(error instanceof Error ? error.message : String(error), exits.unavailable),
);
