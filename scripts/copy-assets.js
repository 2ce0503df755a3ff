// Brings what the compiler leaves behind (Lua scripts, the pages' files) to its place beside the compiled modules.
import { cpSync } from "node:fs";

cpSync("src", "dist", { recursive: true, filter: (path) => !path.endsWith(".ts") });
