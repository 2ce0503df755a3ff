/*
 * Writes the generated parts of the pages in `docs`: the table of calls, the table of settings and the tree of folders.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { generatedParts } from "./generated-parts.js";
import { withMarkedParts } from "./marked-parts.js";

for (const { page, name, text } of generatedParts()) {
  const file = new URL(`../${page}`, import.meta.url);
  writeFileSync(file, withMarkedParts(readFileSync(file, "utf8"), { [name]: text }));
}
