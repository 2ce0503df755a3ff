import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnBound } from "../../test/support/engines/child-process.js";
import { onMeasuredCore } from "../cores.js";
import { atLeast, type Figure, speed } from "../figure.js";
import type { Speed } from "../load.js";
import type { DrainJob } from "../programs/drain.js";
import { inTurns } from "../turns.js";

const program = fileURLToPath(new URL("../programs/drain.ts", import.meta.url));

const run = async (job: DrainJob): Promise<Speed> => {
  const [file = "", ...args] = onMeasuredCore([process.execPath, "--import", "tsx", program]);
  const child = spawnBound([file, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  const [result] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("the drain ended early"))),
  ]);
  child.kill();
  return result as Speed;
};

/** Settling claims that wait: beside a batch loop by hand, and beside a row at a time. */
export const drain: Figure = async (engines) => {
  const { DATABASE_URL: url } = await engines.settings("drain");
  let runs = 0;
  const contender = (way: DrainJob["way"], count: number) => () => {
    runs += 1;
    return run({ way, url, couponId: `drain-${runs}`, count });
  };
  const { service, batches, rows } = await inTurns({
    service: contender("service", 100_000),
    batches: contender("batches", 100_000),
    rows: contender("rows", 3000),
  });
  return [
    { what: "drain of 100,000: the service", measured: speed(service), target: "" },
    { what: "drain of 100,000: batches by hand", measured: speed(batches), target: "" },
    { what: "drain of 3,000: a row at a time", measured: speed(rows), target: "" },
    atLeast("drain: rate beside batches by hand", service.rate / batches.rate, 0.75),
    atLeast("drain: rate beside a row at a time", service.rate / rows.rate, 8),
  ];
};
