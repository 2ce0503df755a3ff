import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnBound } from "../test/support/backend-servers/child-process.js";
import { onMeasuredCore } from "./cores.js";
import { measuredNode } from "./node-version.js";

/** Runs a job of one of `bench/programs` on the measured core and returns its result. */
export const runJob = async <F extends Readonly<Record<string, number>>>(name: string, job: object): Promise<F> => {
  const program = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const options = (process.env.BENCH_NODE_OPTIONS ?? "").split(" ").filter(Boolean);
  const [file = "", ...args] = onMeasuredCore([measuredNode(), ...options, "--expose-gc", "--import", "tsx", program]);
  const child = spawnBound([file, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  const [result] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error(`${name} ended early`))),
  ]);
  child.disconnect();
  await once(child, "exit");
  return result as F;
};
