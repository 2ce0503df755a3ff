import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { readConfig, settings } from "../../src/bootstrap/config.js";
import { root } from "./source-files.js";

const example = readFileSync(join(root, ".env.example"), "utf8");

it(".env.example has every setting once", () => {
  const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(settings.shape).toSorted());
});

it(".env.example has the default values", () => {
  expect(readConfig(parseEnv(example) as Record<string, string>)).toEqual(readConfig({}));
});
