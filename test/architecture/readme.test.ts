import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { markedPart } from "../../scripts/marked-parts.js";
import { readmePage, readmeParts } from "../../scripts/readme-page.js";
import { settings } from "../../src/bootstrap/config.js";
import { startHttpApp } from "../support/http-app.js";
import { root } from "./source-files.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const parts = readmeParts();

/** Every `GET /path` that the text has in code. */
const callsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`]*)`/g)].map(([, call]) => `${call}`);

/** The paths of a tree of folders, each deeper by two spaces than what it is in. */
const pathsIn = (tree: string): readonly string[] => {
  const above: string[] = [];
  return [...tree.matchAll(/^( +)([\w-]+)\/ /gm)].map(([, indent = "", name = ""]) => {
    above.splice(indent.length / 2 - 1, above.length, name);
    return above.join("/");
  });
};

describe("the README", () => {
  it.each(Object.keys(parts) as (keyof typeof parts)[])("says of %s what the code says", (name) => {
    expect(markedPart(readme, name), "npm run readme makes it anew").toBe(parts[name]);
  });

  it("would be mended of any of them, and of nothing else (control)", () => {
    const marked = Object.keys(parts).map((name) => `<!-- ${name} -->\nold\n<!-- /${name} -->`);
    const page = `# A title\n\n${marked.join("\n\nBetween.\n\n")}\n`;
    const mended = readmePage(page);
    for (const [name, part] of Object.entries(parts)) expect(markedPart(mended, name)).toBe(part);
    expect(mended.replaceAll(/(<!-- (\w+) -->)[\s\S]*?(<!-- \/\2 -->)/g, "$1\nold\n$3")).toBe(page);
    expect(() => readmePage(page.replace("<!-- /api -->", ""))).toThrow("<!-- /api -->");
  });
});

describe("the README's table of settings", () => {
  it("has a row for each, with its default", () => {
    const rows = [...parts.settings.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(settings.shape));
    for (const [, name = "", shown = ""] of rows) {
      const schema = settings.shape[name as keyof typeof settings.shape];
      const given = shown === "empty" ? "" : /^`(.*)`$/.exec(shown)?.[1];
      expect(schema.parse(given), name).toEqual(schema.parse(undefined));
    }
  });
});

describe("the README's table of calls", () => {
  it("has every row of the API once, as it is served, and all that is beside it", async () => {
    const app = await startHttpApp();
    const [under, beside] = parts.api.split("\n\nBeside it");
    const served = app.server.tables.map(({ routes }) =>
      routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
    );
    expect(callsIn(under ?? "").toSorted()).toEqual(served[0]?.toSorted());
    expect(callsIn(beside ?? "")).toEqual(expect.arrayContaining(served[1] ?? ["nothing"]));
    for (const call of callsIn(beside ?? "")) {
      const path = call.slice("GET ".length).replace("{code}", "internal");
      expect([path, (await app.ask("GET", path)).status]).toEqual([path, 200]);
    }
  });

  it("says who may call as the OpenAPI document does", async () => {
    const { body } = await (await startHttpApp()).ask("GET", "/openapi.json");
    const letters: Readonly<Record<string, string>> = { public: "P", shopper: "S", service: "B", admin: "A" };
    for (const [, who, method = "", path] of parts.api.matchAll(/^\| (\w) \| `(\w+) (\/[^`]+)`/gm)) {
      const operation = (body.paths?.[`/api/v1${path}`] ?? body.paths?.[`${path}`])?.[method.toLowerCase()];
      if (operation !== undefined) expect([path, letters[String(operation["x-access"])]]).toEqual([path, who]);
    }
  });
});

describe("the README's tree", () => {
  it("is that of src", () => {
    const folders = (room: string): readonly string[] =>
      readdirSync(join(root, "src", room), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(room, name));
    const rooms = folders("").flatMap((room) => [
      room,
      ...(["adapters", "application"].includes(room) ? folders(room) : []),
    ]);
    expect(pathsIn(parts.rooms).toSorted()).toEqual(rooms.toSorted());
  });
});
