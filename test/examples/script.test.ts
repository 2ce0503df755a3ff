import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/source-files.js";
import { spawnBound } from "../support/backend-servers/child-process.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";

/** Runs the shell script against a service. Returns its exit code and output. */
const run = async (address: string) => {
  const command = ["sh", join(root, "examples/claim-and-order.sh"), address] as const;
  const script = spawnBound([...command], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  script.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
  });
  script.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.err += text;
  });
  const [code] = (await once(script, "close")) as [number | null];
  return { code, ...output };
};

const startWorkingApp = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  await app.work();
  return app;
};

describe("the shell script", () => {
  it("claims, receives the result, orders and pays", async () => {
    const app = await startWorkingApp();
    const { code, out, err } = await run(app.url);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/"status":"pending","position":1,.*\n(.*\n)*event: settled\ndata: .*"status":"succeeded"/);
    expect(out).toMatch(/"amount":16200,"status":"succeeded"/);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(/"status":"confirmed".*"discount":1800,"total":16200/);
    const { body } = await app.ask("GET", "/api/v1/me/coupons", { as: "mina" });
    expect(body.items).toMatchObject([{ status: "used", position: 1 }]);
  });

  it("can be run again on the same service", async () => {
    const app = await startWorkingApp();
    for (let time = 0; time < 2; time += 1) expect((await run(app.url)).code).toBe(0);
  });

  it("exits with the error response if a request is rejected (negative control)", async () => {
    const app = await startHttpApp({ auth: { mode: "secret", secret: "a secret of at least thirty-two bytes" } });
    const { code, err } = await run(app.url);
    expect(code).not.toBe(0);
    expect(err).toContain("401");
  });
});
