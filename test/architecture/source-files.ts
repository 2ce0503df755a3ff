import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";

/** The project's root folder. */
export const root = resolve(import.meta.dirname, "../..");

/** One file of the project, its path from the root with forward slashes. */
export type SourceFile = { readonly path: string; readonly text: string };

/** Every file below a folder of the project whose name has one of the endings. */
export const sourceFiles = (folder: string, ...endings: readonly string[]): readonly SourceFile[] =>
  readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => {
      const file = resolve(entry.parentPath, entry.name);
      return { path: relative(root, file).replaceAll(sep, "/"), text: readFileSync(file, "utf8") };
    });
