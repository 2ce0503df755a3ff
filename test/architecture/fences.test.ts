import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ICruiseResult } from "dependency-cruiser";
import { afterAll, describe, expect, it } from "vitest";
import { root, sourceFiles } from "./source-files.js";

const cruise = (folder: string): Promise<ICruiseResult> =>
  new Promise((resolve, reject) => {
    const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const config = join(root, ".dependency-cruiser.js");
    const options = { cwd: folder, maxBuffer: 1e8 };
    execFile(process.execPath, [program, "src", "-c", config, "-T", "json"], options, (error, stdout) => {
      if (stdout === "") reject(error);
      else resolve(JSON.parse(stdout));
    });
  });

const dependencies = [
  ...["express", "helmet", "inversify", "ioredis", "jose", "kafkajs", "knex", "libsql", "lru-cache", "mysql2"],
  ...["node-cron", "pino", "prom-client", "swagger-ui-dist", "uuidv7", "zod"],
];
const technologies = ["cron", "http", "kafka", "memory", "provider", "redis", "sql", "system", "webhook"];
const modules = [
  "src/domain/fact.ts",
  "src/application/choreography.ts",
  "src/application/coupon/use-case.ts",
  "src/application/ports/port.ts",
  ...technologies.map((technology) => `src/adapters/${technology}/part.ts`),
  "src/bootstrap/main.ts",
  "test/support/prop.ts",
  "bench/load.ts",
];

/** An import statement in a file of a folder under `src`. */
type Case = readonly [folder: string, statement: string];

const forbidden: Readonly<Record<string, readonly Case[]>> = {
  "not-in-allowed": [
    ["domain", `import "../application/choreography.js"`],
    ["domain", `import type { A } from "../application/ports/port.js"`],
    ["domain", `import "zod"`],
    ["domain", `import "node:crypto"`],
    ["application/coupon", `import "../../adapters/redis/part.js"`],
    ["application/coupon", `import type { A } from "../../adapters/redis/part.js"`],
    ["application/coupon", `import "../../bootstrap/main.js"`],
    ["application/coupon", `import "zod"`],
    ["application/coupon", `import "node:timers/promises"`],
    ["application/ports", `import type { A } from "../coupon/use-case.js"`],
    ["application/ports", `import "../choreography.js"`],
    ...technologies.flatMap((technology, index): Case[] => [
      [`adapters/${technology}`, `import "../${technologies[(index + 1) % technologies.length]}/part.js"`],
      [`adapters/${technology}`, `import type { A } from "../../bootstrap/main.js"`],
      [`adapters/${technology}`, `import "inversify"`],
      [`adapters/${technology}`, `import "../../../test/support/prop.js"`],
    ]),
    ["adapters/memory", `import "uuidv7"`],
    ["adapters/system", `import "pino"`],
    ["adapters/provider", `import "express"`],
    ["adapters/webhook", `import "jose"`],
    ["adapters/cron", `import "knex"`],
    ["adapters/kafka", `import "ioredis"`],
    ["adapters/redis", `import "lru-cache"`],
    ["adapters/sql", `import "kafkajs"`],
    ["adapters/http", `import "mysql2"`],
    ["adapters/http", `import "pino"`],
    ["adapters/carrier-pigeon", `import "../../domain/fact.js"`],
    ["bootstrap", `import "../../test/support/prop.js"`],
    ["bootstrap", `import "../../bench/load.js"`],
  ],
  "no-unknown": [["domain", `import "./nowhere.js"`]],
  "no-dev-package": [["bootstrap", `import "vitest"`]],
  "no-cycle": [
    ["domain", `import "./fact-and-back.js"`],
    ["domain", `import type { A } from "./type-and-back.js"`],
    ["adapters/http", `import type { A } from "./type-and-back.js"`],
  ],
};

const allowed: readonly Case[] = [
  ["domain", `import "./fact.js"`],
  ["application/coupon", `import "../../domain/fact.js"`],
  ["application/coupon", `import "../choreography.js"`],
  ["application/coupon", `import type { A } from "../ports/port.js"`],
  ["application/ports", `import type { A } from "../../domain/fact.js"`],
  ["application/ports", `import type { A } from "../choreography.js"`],
  ...technologies.flatMap((technology): Case[] => [
    [`adapters/${technology}`, `import "../../domain/fact.js"`],
    [`adapters/${technology}`, `import "../../application/coupon/use-case.js"`],
    [`adapters/${technology}`, `import "./part.js"`],
    [`adapters/${technology}`, `import "node:timers/promises"`],
    ["bootstrap", `import "../adapters/${technology}/part.js"`],
  ]),
  ["adapters/system", `import "uuidv7"`],
  ["adapters/cron", `import "node-cron"`],
  ["adapters/kafka", `import "kafkajs"`],
  ["adapters/redis", `import "ioredis"`],
  ...["knex", "libsql", "lru-cache", "mysql2"].map((name): Case => ["adapters/sql", `import "${name}"`]),
  ...["express", "helmet", "jose", "lru-cache", "prom-client", "swagger-ui-dist", "zod"].map(
    (name): Case => ["adapters/http", `import "${name}"`],
  ),
  ["adapters/http", `import type { A } from "pino"`],
  ["bootstrap", `import "inversify"`],
  ["bootstrap", `import "node:fs"`],
];

/** Writes one file per case into a copy of the folders of `src`, and returns the rules that each file breaks. */
const violationsIn = async (cases: readonly Case[]): Promise<readonly string[][]> => {
  const project = mkdtempSync(join(tmpdir(), "fences-"));
  projects.push(project);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "1.0.0"]));
  write("tsconfig.json", `{ "compilerOptions": { "module": "NodeNext", "target": "ES2023" } }`);
  write(
    "package.json",
    JSON.stringify({ type: "module", dependencies: versions(dependencies), devDependencies: versions(["vitest"]) }),
  );
  for (const name of [...dependencies, "vitest"]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    write(`node_modules/${name}/index.js`, "module.exports = {};");
  }
  for (const path of modules) write(path, "export type A = 1;\nexport const a = 1;\n");
  const pathOf = (folder: string, index: number) => `src/${folder}/case-${index}.ts`;
  cases.forEach(([folder, statement], index) => {
    const path = pathOf(folder, index);
    write(path, `${statement};\nexport type A = 1;\n`);
    // A partner that imports the case in the same way completes the cycle.
    const partner = /[\w-]+-and-back/.exec(statement)?.[0];
    if (partner !== undefined)
      write(`src/${folder}/${partner}.ts`, `${statement.replace(partner, `case-${index}`)};\nexport type A = 1;\n`);
  });
  const { summary } = await cruise(project);
  return cases.map(([folder], index) =>
    summary.violations.filter(({ from }) => from === pathOf(folder, index)).map(({ rule }) => rule.name),
  );
};

const projects: string[] = [];
afterAll(() => {
  for (const project of projects) rmSync(project, { recursive: true, force: true });
});

describe("the import rules, in a sample project", () => {
  it("report every forbidden import by its rule, and accept every allowed one", async () => {
    const planted = Object.entries(forbidden).flatMap(([rule, cases]) => cases.map((one) => ({ rule, one })));
    const violations = await violationsIn([...planted.map(({ one }) => one), ...allowed]);
    expect(planted.filter(({ rule }, index) => !violations[index]?.includes(rule))).toEqual([]);
    expect(allowed.filter((_, index) => violations[planted.length + index]?.length !== 0)).toEqual([]);
  });
});

describe("the import rules, in this repository", () => {
  it("hold in every file of src", async () => {
    const { summary, modules } = await cruise(root);
    expect(summary.violations.map(({ from, to, rule }) => `${from} -> ${to}: ${rule.name}`)).toEqual([]);
    // A dependency-cruiser that cannot parse TypeScript reads no file and reports no violation.
    const cruised = modules.map(({ source }) => source).filter((source) => /^src\/.*[.]ts$/.test(source));
    expect(cruised.toSorted()).toEqual(
      sourceFiles("src", ".ts")
        .map(({ path }) => path)
        .toSorted(),
    );
  });
});
