/*
 * Lists the tests and negative controls of each promise, found by their tags (see promise-tags.ts).
 * Exits with 1 if a promise of docs/promises.md has no test or no control, or links a file without the tag.
 */
import { readFileSync } from "node:fs";
import { gapsBetween, sectionsOf, type Tag, tagsOfTests } from "./promise-tags.js";

const sections = sectionsOf(readFileSync(new URL("../docs/promises.md", import.meta.url), "utf8"));
const tags = tagsOfTests();

const linesOf = (found: readonly Tag[]) => found.map(({ file, line, title }) => `    ${file}:${line}  ${title}`);

for (const { mark } of sections) {
  const own = tags.filter((tag) => tag.mark === mark);
  const tests = own.filter(({ kind }) => kind === "Proves");
  const controls = own.filter(({ kind }) => kind === "Negative control");
  console.log(`${mark}: ${tests.length} tests, ${controls.length} negative controls`);
  console.log(["  tests", ...linesOf(tests), "  negative controls", ...linesOf(controls)].join("\n"));
}

const gaps = gapsBetween(sections, tags);
for (const gap of gaps) console.error(gap);
process.exitCode = gaps.length > 0 ? 1 : 0;
