/*
 * Runs the tests on other versions of Node, one after the other: run-on-nodes [arguments of vitest run]
 *
 * Node comes as an npm package a platform, without an install script, and is kept in npm's own cache. Exits with 1
 * where a version fails.
 */
import { spawnSync } from "node:child_process";

/** The newest of each line that is cared for, beside the one that is developed on. */
const versions = ["22.23.3", "24.21.0"];

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
