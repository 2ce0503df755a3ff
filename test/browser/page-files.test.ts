import { describe, expect, it } from "vitest";
import { sourceFiles } from "../architecture/source-files.js";
import { expectProblem } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";

const folder = "src/adapters/http/page";
const files = sourceFiles(folder, "").filter(({ path }) => !path.endsWith(".ts"));
const pathOf = (path: string) => (path.endsWith(".html") ? "/" : path.replace(folder, "/page"));
const own = files.map(({ path }) => pathOf(path));
const foreign = ["/page/uplot.js", "/page/uplot.css"];

describe("the live page's files", () => {
  it("are all served, each with its type, a tag and how long it may be kept", async () => {
    const app = await startHttpApp();
    const types = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", "/": "text/html" };
    for (const path of [...own, ...foreign]) {
      const { status, headers, text } = await app.ask("GET", path);
      const [, type] = Object.entries(types).find(([ending]) => path.endsWith(ending)) ?? [];
      expect([path, status, headers.get("content-type")?.split(";")[0]]).toEqual([path, 200, type]);
      expect(headers.get("cache-control")).toBe(foreign.includes(path) ? "public, max-age=86400" : "no-cache");
      expect(Number(headers.get("content-length"))).toBe(Buffer.byteLength(text));
      const head = await app.ask("HEAD", path);
      expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", headers.get("etag")]);
    }
  });

  it("are not sent again to whoever holds them", async () => {
    const app = await startHttpApp();
    for (const path of ["/", "/page/start.js", "/page/uplot.js"]) {
      const etag = String((await app.ask("GET", path)).headers.get("etag"));
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const { status, text, headers } = await app.ask("GET", path, { headers: { "if-none-match": held } });
        expect([status, text, headers.get("etag")]).toEqual([304, "", etag]);
        expect(headers.get("cache-control")).toBeTruthy();
        // A browser takes a 304's headers for the page's: another policy here would lock its own files out.
        const whole = await app.ask("GET", path);
        expect(headers.get("content-security-policy")).toBe(whole.headers.get("content-security-policy"));
      }
      for (const held of ['"other"', etag.slice(1, -1), ""])
        expect((await app.ask("GET", path, { headers: { "if-none-match": held } })).status).toBe(200);
    }
  });

  it("come under a policy that lets nothing in but themselves", async () => {
    const app = await startHttpApp();
    const { headers } = await app.ask("GET", "/");
    const policy = headers.get("content-security-policy") ?? "";
    for (const directive of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"])
      expect(policy.split(";")).toContain(directive);
    for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
      expect(policy.split(";")).toContain(directive);
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("name each other only: no file that is missing, no other host, nothing inline", async () => {
    const served = new Set([...own, ...foreign, "/docs", "/openapi.json", "/metrics"]);
    for (const { path, text } of files) {
      const named = [...text.matchAll(/(?:src|href)="(\/[^"]*)"|from "\.(\/[^"]*)"|url\("?([^")]*)/g)];
      const paths = named.map(([, absolute, beside, url]) => absolute ?? (beside ? `/page${beside}` : String(url)));
      expect({ path, missing: paths.filter((each) => !served.has(each)) }).toEqual({ path, missing: [] });
      expect(text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
        /https?:\/\/|\bstyle=|<style|<script>| on\w+="/,
      );
      expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
    }
  });

  it("are nothing else, and take no other method", async () => {
    const app = await startHttpApp();
    for (const path of [
      "/page",
      "/page/",
      "/page/page.html",
      "/page/live-page-routes.ts",
      "/page/docs-page-routes.js",
      "/page/%2e%2e/api/claims.ts",
    ])
      expectProblem(await app.ask("GET", path), "not-found");
    for (const path of ["/", "/page/start.js"]) {
      const refused = await app.ask("POST", path, { body: {} });
      expectProblem(refused, "method-not-allowed");
      expect(refused.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
      expect(await app.ask("OPTIONS", path)).toMatchObject({ status: 204 });
    }
    expect((await app.ask("GET", "/metrics")).text).toContain('route="/page"');
  });

  it("say how callers are known", async () => {
    const callers = async (app: Awaited<ReturnType<typeof startHttpApp>>) =>
      /data-callers="(\w+)"/.exec((await app.ask("GET", "/")).text)?.[1];
    expect(await callers(await startHttpApp())).toBe("open");
    expect(await callers(await startHttpApp({ auth: { mode: "secret", secret: "s".repeat(32) } }))).toBe("token");
  });
});
