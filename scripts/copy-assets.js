// Copies the files that the compiler ignores (Lua scripts, files of the pages) next to the compiled modules. Unchanged files are
// skipped: a copy empties its target first, and a service may be reading it.
import { cpSync, existsSync, readFileSync, statSync } from "node:fs";

const isNew = (from, to) => !existsSync(to) || !readFileSync(from).equals(readFileSync(to));

cpSync("src", "dist", {
  recursive: true,
  filter: (from, to) => statSync(from).isDirectory() || (!from.endsWith(".ts") && isNew(from, to)),
});
