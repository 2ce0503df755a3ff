import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root } from "./source-files.js";

const page = readFileSync(join(root, "docs/promises.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");

const marks = ["C1-7", "O1-4", "P1-3", "S1-2", "D1-2"].flatMap(([letter, first, , last]) =>
  Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}${Number(first) + index}`),
);

type Proof = { readonly file: string; readonly title: string };
type Promised = { readonly mark: string; readonly text: string; readonly proofs: readonly Proof[] };

const promisesIn = (text: string): readonly Promised[] =>
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      mark: section.split(":")[0] ?? "",
      text: section,
      proofs: [...section.matchAll(/^- `([^`]+)`: "(.+)"$/gm)].map(([, file = "", title = ""]) => ({ file, title })),
    }));

const textOf = (node: ts.Node | undefined): readonly string[] => {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isTemplateExpression(node) ? [node.getText().slice(1, -1)] : [];
};
const callee = (node: ts.Expression): string => (/^(?:it|describe)\b/.exec(node.getText()) ?? [""])[0];

/** What a file of tests gives its tests for titles: clauses and twins by name, and guards that are taken away. */
const titlesOf = (path: string): ReadonlySet<string> => {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && callee(node.expression) !== "")
      textOf(node.arguments[0]).map((t) => titles.add(t));
    if (ts.isPropertyAssignment(node)) {
      if (ts.isStringLiteralLike(node.name)) titles.add(node.name.text);
      if (["guard", "without", "wrong"].includes(node.name.getText()))
        textOf(node.initializer).map((t) => titles.add(t));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2023, true));
  return titles;
};

/** Proofs that are none: no such file, or no such title in it. */
const missing = (proofs: readonly Proof[]): readonly Proof[] =>
  proofs.filter(({ file, title }) => !existsSync(join(root, file)) || !titlesOf(file).has(title));

describe("docs/promises.md", () => {
  const promises = promisesIn(page);

  it("holds every promise, once and in order", () => {
    expect(promises.map(({ mark }) => mark)).toEqual(marks);
  });

  it("holds those of the README", () => {
    const named = [...readme.matchAll(/^\| ([A-Z]\d) \|/gm)].map(([, mark]) => mark);
    expect(named).toEqual(marks);
  });

  it.each(promises)("names tests of $mark that there are, and what is red without its guard", ({ text, proofs }) => {
    const [green = "", red = ""] = text.split("Red without:");
    for (const part of [green, red]) expect(part).toMatch(/^- `test\//m);
    // A line that is no proof would be passed over.
    expect(proofs).toHaveLength(text.match(/^- /gm)?.length ?? 0);
    expect(missing(proofs)).toEqual([]);
  });

  it("would be found out naming what there is not (control)", () => {
    const [proof] = promises[0]?.proofs ?? [];
    const { file, title } = proof ?? expect.fail();
    const stray = [
      { file: file.replace("test/", "tests/"), title },
      { file, title: `${title}!` },
    ];
    expect(missing([{ file, title }, ...stray])).toEqual(stray);
  });
});
