import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedParts } from "../../scripts/generated-parts.js";
import { markedPart, withMarkedParts } from "../../scripts/marked-parts.js";
import { settings } from "../../src/bootstrap/config.js";
import { startHttpApp } from "../support/http-app.js";
import { root } from "./source-files.js";

const parts = generatedParts();
const textOf = (part: string): string => parts.find(({ name }) => name === part)?.text ?? expect.fail(part);

/** Returns every call in code, such as `GET /coupons`. */
const callsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`]*)`/g)].map(([, call]) => `${call}`);

/** Returns the paths in a tree of folders; each level is indented by two spaces. */
const pathsIn = (tree: string): readonly string[] => {
  const parents: string[] = [];
  return [...tree.matchAll(/^( +)([\w-]+)\/ /gm)].map(([, indent = "", name = ""]) => {
    parents.splice(indent.length / 2 - 1, parents.length, name);
    return parents.join("/");
  });
};

describe("generated parts", () => {
  it.each(parts)("$name of $page is up to date", ({ page, name, text }) => {
    expect(markedPart(readFileSync(join(root, page), "utf8"), name), "npm run docs updates it").toBe(text);
  });

  it("are replaced without changing the rest of the page", () => {
    const page = "# A title\n\n<!-- a -->\nold\n<!-- /a -->\n\nBetween.\n\n<!-- b -->\nold\n<!-- /b -->\n";
    expect(withMarkedParts(page, { a: "new" })).toBe(page.replace("old", "new"));
    expect(markedPart(withMarkedParts(page, { b: "new" }), "b")).toBe("new");
  });

  it("need both of their marks (negative control)", () => {
    expect(() => withMarkedParts("<!-- a -->\nold\n", { a: "new" })).toThrow("<!-- /a -->");
  });
});

describe("the table of settings", () => {
  it("has a row for each setting, with its default", () => {
    const rows = [...textOf("settings").matchAll(/^\| `(\w+)` \| (.+?) \|/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(settings.shape));
    for (const [, name = "", shown = ""] of rows) {
      const schema = settings.shape[name as keyof typeof settings.shape];
      const given = shown === "empty" ? "" : /^`(.*)`$/.exec(shown)?.[1];
      expect(schema.parse(given), name).toEqual(schema.parse(undefined));
    }
  });
});

describe("the table of calls", () => {
  const [underApi = "", outside = ""] = textOf("api").split("\n\nOutside");

  it("has every route of the API once, and every page outside it", async () => {
    const app = await startHttpApp();
    const served = app.server.tables.map(({ routes }) =>
      routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
    );
    expect(callsIn(underApi).toSorted()).toEqual(served[0]?.toSorted());
    expect(callsIn(outside)).toEqual(expect.arrayContaining(served[1] ?? ["nothing"]));
    for (const call of callsIn(outside)) {
      const path = call.slice("GET ".length).replace("{code}", "internal");
      expect([path, (await app.ask("GET", path)).status]).toEqual([path, 200]);
    }
  });

  it("names the same callers as the OpenAPI document", async () => {
    const { body } = await (await startHttpApp()).ask("GET", "/openapi.json");
    for (const [, caller, method = "", path] of textOf("api").matchAll(/^\| (\w+) \| `(\w+) (\/[^`]+)`/gm)) {
      const operation = (body.paths?.[`/api/v1${path}`] ?? body.paths?.[`${path}`])?.[method.toLowerCase()];
      if (operation !== undefined) expect([path, operation["x-access"]]).toEqual([path, caller]);
    }
  });
});

describe("the tree of folders", () => {
  it("has every folder of src", () => {
    const foldersOf = (folder: string): readonly string[] =>
      readdirSync(join(root, "src", folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(folder, name));
    const found = foldersOf("").flatMap((folder) => [
      folder,
      ...(["adapters", "application"].includes(folder) ? foldersOf(folder) : []),
    ]);
    expect(pathsIn(textOf("folders")).toSorted()).toEqual(found.toSorted());
  });
});
