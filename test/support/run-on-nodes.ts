/*
 * Runs the tests on the supported versions of Node, one after another: run-on-nodes [arguments of vitest run]
 *
 * Each version is an npm package of this platform, without install script, cached by npm. Exits with 1 if a version fails.
 */
import { spawnSync } from "node:child_process";

/** The oldest supported version, and the newest of each supported line. */
const versions = ["20.19.6", "22.23.5", "24.22.3", "26.12.1"];

const system = process.platform === "win32" ? "win" : process.platform;
const failed = versions.filter((version) => {
  console.log(`\nNode ${version}`);
  const node = ["exec", "--yes", `--package=node-${system}-${process.arch}@${version}`, "--", "node"];
  const tests = ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)];
  return spawnSync("npm", [...node, ...tests], { stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) {
  console.error(`failed on Node ${failed.join(" and ")}`);
  process.exit(1);
}
