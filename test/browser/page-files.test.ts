import { describe, expect, it } from "vitest";
import { sourceFiles } from "../architecture/source-files.js";
import { expectProblem } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";

const folder = "src/adapters/http/page";
const files = sourceFiles(folder, "").filter(({ path }) => !path.endsWith(".ts"));
const pathOf = (path: string) => (path.endsWith(".html") ? "/" : path.replace(folder, "/page"));
const ownPaths = files.map(({ path }) => pathOf(path));
const libraryPaths = ["/page/uplot.js", "/page/uplot.css"];

describe("the files of the live page", () => {
  it("are all served with type, ETag and cache control", async () => {
    const app = await startHttpApp();
    const types = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", "/": "text/html" };
    for (const path of [...ownPaths, ...libraryPaths]) {
      const { status, headers, text } = await app.ask("GET", path);
      const [, type] = Object.entries(types).find(([ending]) => path.endsWith(ending)) ?? [];
      expect([path, status, headers.get("content-type")?.split(";")[0]]).toEqual([path, 200, type]);
      expect(headers.get("cache-control")).toBe(libraryPaths.includes(path) ? "public, max-age=86400" : "no-cache");
      expect(Number(headers.get("content-length"))).toBe(Buffer.byteLength(text));
      const head = await app.ask("HEAD", path);
      expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", headers.get("etag")]);
    }
  });

  it("are not sent again to a client that has them (304)", async () => {
    const app = await startHttpApp();
    for (const path of ["/", "/page/start.js", "/page/uplot.js"]) {
      const etag = String((await app.ask("GET", path)).headers.get("etag"));
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const { status, text, headers } = await app.ask("GET", path, { headers: { "if-none-match": known } });
        expect([status, text, headers.get("etag")]).toEqual([304, "", etag]);
        expect(headers.get("cache-control")).toBeTruthy();
        // A browser applies the headers of a 304 to the page: another policy would block the page's own files.
        const full = await app.ask("GET", path);
        expect(headers.get("content-security-policy")).toBe(full.headers.get("content-security-policy"));
      }
      for (const known of ['"other"', etag.slice(1, -1), ""])
        expect((await app.ask("GET", path, { headers: { "if-none-match": known } })).status).toBe(200);
    }
  });

  it("have a content security policy that allows these files only", async () => {
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

  it("refer to existing files of this host only and contain no inline code or style", async () => {
    const served = new Set([...ownPaths, ...libraryPaths, "/docs", "/openapi.json", "/metrics"]);
    for (const { path, text } of files) {
      const matches = [...text.matchAll(/(?:src|href)="(\/[^"]*)"|from "\.(\/[^"]*)"|url\("?([^")]*)/g)];
      const paths = matches.map(
        ([, absolute, relative, url]) => absolute ?? (relative ? `/page${relative}` : String(url)),
      );
      expect({ path, missing: paths.filter((each) => !served.has(each)) }).toEqual({ path, missing: [] });
      expect(text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
        /https?:\/\/|\bstyle=|<style|<script>| on\w+="/,
      );
      expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
    }
  });

  it("are the only files served, by GET and HEAD only", async () => {
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
      const rejected = await app.ask("POST", path, { body: {} });
      expectProblem(rejected, "method-not-allowed");
      expect(rejected.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
      expect(await app.ask("OPTIONS", path)).toMatchObject({ status: 204 });
    }
    expect((await app.ask("GET", "/metrics")).text).toContain('route="/page"');
  });

  it("contain whether callers are open or need a token", async () => {
    const callers = async (app: Awaited<ReturnType<typeof startHttpApp>>) =>
      /data-callers="(\w+)"/.exec((await app.ask("GET", "/")).text)?.[1];
    expect(await callers(await startHttpApp())).toBe("open");
    expect(await callers(await startHttpApp({ auth: { mode: "secret", secret: "s".repeat(32) } }))).toBe("token");
  });
});
