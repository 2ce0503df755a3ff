import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnBound } from "../test/support/engines/child-process.js";
import { onMeasuredCore } from "./cores.js";

/** Runs one of `bench/programs` on the measured core: it is told its job, and answers its figures. */
export const runJob = async <F extends Readonly<Record<string, number>>>(name: string, job: object): Promise<F> => {
  const program = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const options = (process.env.BENCH_NODE_OPTIONS ?? "").split(" ").filter(Boolean);
  const [file = "", ...args] = onMeasuredCore([
    process.execPath,
    ...options,
    "--expose-gc",
    "--import",
    "tsx",
    program,
  ]);
  const child = spawnBound([file, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  const [figures] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error(`${name} ended early`))),
  ]);
  child.disconnect();
  await once(child, "exit");
  return figures as F;
};
