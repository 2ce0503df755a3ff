import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createIdentify } from "../../src/adapters/http/server/callers.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { root } from "../architecture/source-files.js";

const secret = "a secret of at least thirty-two bytes, no less";

/** Runs a built program in an empty folder, with these lines in `.env`. */
const run = async (program: string, options: readonly string[], envFile: string, environment: object = {}) => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-env-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, ".env"), envFile);
  const child = spawn(process.execPath, [join(root, "dist/bootstrap", program), ...options], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, "close")) as [number | null];
  const [out, err] = await output;
  return { code, out, err };
};

describe("npm run token", () => {
  const callerOf = async (token: string, expected: object = {}) =>
    createIdentify(
      { mode: "secret", secret, ...expected },
      systemClock,
      pino({ level: "silent" }),
    )({ authorization: `Bearer ${token.trim()}` });

  it("prints a token that the service accepts, signed with the secret of .env", async () => {
    const tokens = await Promise.all(
      [["--admin"], ["--service", "--hours", "8"], ["--shopper", "mina"]].map((options) =>
        run("token.js", options, `AUTH_SECRET="${secret}"\nAUTH_ISSUER=shop\n`),
      ),
    );
    const callers = await Promise.all(tokens.map(({ out }) => callerOf(out, { issuer: "shop" })));
    expect(callers).toEqual([
      { shopper: "operator", admin: true, service: false },
      { shopper: "shop", admin: false, service: true },
      { shopper: "mina", admin: false, service: false },
    ]);
  });

  it("reports a wrong call or a missing secret in one line", async () => {
    const calls: readonly (readonly string[])[] = [
      [],
      ["--admin", "--service"],
      ["--shopper", "a b"],
      ["--admin", "--hours", "0"],
      ["--secret", secret],
    ];
    for (const { code, err } of await Promise.all(calls.map((options) => run("token.js", options, ""))))
      expect([code, err]).toEqual([64, expect.stringMatching(/^token: .+\n$/)]);
    const short = await run("token.js", ["--admin"], "AUTH_SECRET=short\n");
    expect(short).toEqual({ code: 78, out: "", err: expect.stringMatching(/^token: AUTH_SECRET .+\n$/) });
  });
});

describe("npm start", () => {
  it("reads .env, in which variables of the environment win, and warns of a misspelled setting", async () => {
    const envFile = "PORT=70000\nLOG_LEVEL=warn\nROLES=migrate\nDATABSE_URL=mysql://127.0.0.1/x\n";
    const wrong = await run("main.js", [], envFile);
    expect(wrong).toMatchObject({ code: 78, err: expect.stringContaining('PORT: given "70000"') });
    const right = await run("main.js", [], envFile, { PORT: "3000" });
    expect(right).toMatchObject({ code: 0, err: "" });
    expect(
      right.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { level: 40, variable: "DATABSE_URL", setting: "DATABASE_URL", msg: "unknown variable resembles a setting" },
    ]);
  });
});
