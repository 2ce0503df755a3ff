import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { readConfig, settings } from "../../src/bootstrap/config.js";
import { root } from "./source-files.js";

const example = readFileSync(join(root, ".env.example"), "utf8");

it("the example of settings names every one, once", () => {
  const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(settings.shape).toSorted());
});

it("the example of settings holds the defaults", () => {
  expect(readConfig(parseEnv(example) as Record<string, string>)).toEqual(readConfig({}));
});
