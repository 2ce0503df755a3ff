/*
 * Writes what README.md holds between `<!-- rooms -->`, `<!-- api -->` and `<!-- settings -->` and their ends.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { readmePage } from "./readme-page.js";

const readme = new URL("../README.md", import.meta.url);
writeFileSync(readme, readmePage(readFileSync(readme, "utf8")));
