import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A test that proves promises has a comment directly above it, `// Proves: C1, C5`. A run that must break a promise,
 * because a guard is removed or an implementation is known to be wrong, has `// Negative control: C1`.
 */
export type Tag = {
  readonly mark: string;
  readonly kind: "Proves" | "Negative control";
  readonly file: string;
  readonly line: number;
  readonly title: string;
};

/** A section of docs/promises.md: its mark, and the test files that it links. */
export type PromiseSection = { readonly mark: string; readonly files: readonly string[] };

const root = new URL("../", import.meta.url);

/** Returns the first string literal of the tagged statement: the title of the test, clause or control. */
const titleIn = (lines: readonly string[]): string =>
  /"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/.exec(lines.slice(0, 4).join(" "))?.slice(1).join("") ?? "";

/** Returns the tags of one file; a tag that names several promises counts once for each. */
export const tagsIn = (file: string, text: string): readonly Tag[] => {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const [, kind, marks = ""] = /^\s*\/\/ (Proves|Negative control): ([A-Z]\d.*)$/.exec(line) ?? [];
    if (kind === undefined) return [];
    const found = { kind: kind as Tag["kind"], file, line: index + 1, title: titleIn(lines.slice(index + 1)) };
    return marks.split(", ").map((mark) => ({ mark, ...found }));
  });
};

/** Returns the tags of every file in `test`. */
export const tagsOfTests = (): readonly Tag[] =>
  readdirSync(fileURLToPath(new URL("test/", root)), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .toSorted()
    .flatMap((file) => tagsIn(file, readFileSync(new URL(file, root), "utf8")));

/** Returns the promises of a page: every heading `## C1: …`, with the files of `test` that its section links. */
export const sectionsOf = (page: string): readonly PromiseSection[] =>
  page
    .split(/^## (?=[A-Z]\d: )/m)
    .slice(1)
    .map((section) => ({
      mark: section.slice(0, section.indexOf(":")),
      files: [...section.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, file = ""]) => file),
    }));

/** Returns what is missing: a promise without test or control, an unknown mark, or a link to a file without the tag. */
export const gapsBetween = (sections: readonly PromiseSection[], tags: readonly Tag[]): readonly string[] => {
  const marks = sections.map(({ mark }) => mark);
  const unknown = tags
    .filter(({ mark }) => !marks.includes(mark))
    .map(({ file, line, mark }) => `${file}:${line}: ${mark} is not a promise of docs/promises.md`);
  const untitled = tags
    .filter(({ title }) => title === "")
    .map(({ file, line }) => `${file}:${line}: the tag is not directly above a test`);
  const missing = sections.flatMap(({ mark, files }) => {
    const own = tags.filter((tag) => tag.mark === mark);
    const tagged = new Set(own.map(({ file }) => file));
    return [
      ...(["Proves", "Negative control"] as const)
        .filter((kind) => !own.some((tag) => tag.kind === kind))
        .map((kind) => `${mark}: no test has the tag "// ${kind}: ${mark}"`),
      ...files.filter((file) => !tagged.has(file)).map((file) => `${mark}: ${file} is linked but has no tag ${mark}`),
      ...(files.length === 0 ? [`${mark}: docs/promises.md links no test`] : []),
    ];
  });
  return [...unknown, ...untitled, ...missing];
};
