// Brings what the compiler leaves behind (Lua scripts, the pages' files) to its place beside the compiled modules. What
// is there already stays untouched: a copy empties its file first, and a service may be starting from it.
import { cpSync, existsSync, readFileSync, statSync } from "node:fs";

const isNew = (from, to) => !existsSync(to) || !readFileSync(from).equals(readFileSync(to));

cpSync("src", "dist", {
  recursive: true,
  filter: (from, to) => statSync(from).isDirectory() || (!from.endsWith(".ts") && isNew(from, to)),
});
