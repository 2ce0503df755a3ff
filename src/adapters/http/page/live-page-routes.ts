import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Request, Response, Router } from "express";
import type { Auth } from "../server/callers.js";
import { type Edge, methodNotAllowed } from "../server/dispatch.js";
import { entityTag, hasVersion } from "../server/entity-tag.js";
import type { EdgeResponse } from "../server/exchange.js";
import { livePageHeaders } from "../server/security-headers.js";

/** A file of the page, read once at start: no part of a request becomes a path. */
type PageFile = { readonly type: string; readonly body: Buffer; readonly etag: string; readonly caching: string };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** The page's own files must be of one version, so browsers revalidate them; the response is mostly 304. */
const revalidated = "no-cache";
const forOneDay = "public, max-age=86400";

/** This folder also holds the modules that register the routes; a browser never receives them. */
const isServerModule = (name: string): boolean => /-routes[.](ts|js|js[.]map)$/.test(name);

const pageFile = (name: string, body: Buffer, caching: string): PageFile => ({
  type: types[extname(name)] ?? "application/octet-stream",
  body,
  etag: entityTag(body),
  caching,
});

/** Returns every file of the page by its path. The HTML states the auth mode and the currency. */
const pageFiles = (mode: Auth["mode"], currency: string): ReadonlyMap<string, PageFile> => {
  const own = fileURLToPath(new URL("./", import.meta.url));
  const uplot = join(dirname(createRequire(import.meta.url).resolve("uplot/package.json")), "dist");
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(own)) {
    if (isServerModule(name)) continue;
    const body = readFileSync(join(own, name));
    if (extname(name) !== ".html") files.set(`/page/${name}`, pageFile(name, body, revalidated));
    else {
      const callers = `data-callers="${mode === "open" ? "open" : "token"}" data-currency="${currency}"`;
      const html = body.toString("utf8").replace('data-callers="open"', callers);
      files.set("/", pageFile(name, Buffer.from(html), revalidated));
    }
  }
  files.set("/page/uplot.js", pageFile("uplot.js", readFileSync(join(uplot, "uPlot.iife.min.js")), forOneDay));
  files.set("/page/uplot.css", pageFile("uplot.css", readFileSync(join(uplot, "uPlot.min.css")), forOneDay));
  return files;
};

const allowed = "GET, HEAD, OPTIONS";

/** Registers the live page at `/` and its files under `/page/`. */
export const registerLivePage = (router: Router, { writer, metrics, mode }: Edge, currency: string): void => {
  // One meter for all files, because a browser loads them together.
  const meter = metrics.route("GET", "/page");
  for (const [path, { type, body, etag, caching }] of pageFiles(mode, currency))
    router.all(path, (request: Request, response: Response) => {
      const edge = response as unknown as EdgeResponse;
      edge.req.meter = meter;
      const headers = ["ETag", etag, "Cache-Control", caching];
      if (request.method === "OPTIONS") writer.write(edge, 204, undefined, "", ["Allow", allowed]);
      else if (request.method !== "GET" && request.method !== "HEAD")
        writer.problem(edge, methodNotAllowed(edge.req, allowed));
      // The headers of a 304 replace the cached ones, so it carries the policy too.
      else if (hasVersion(request.headers["if-none-match"], etag))
        writer.write(edge, 304, undefined, "", headers, livePageHeaders);
      else writer.write(edge, 200, type, body, headers, livePageHeaders);
    });
};
