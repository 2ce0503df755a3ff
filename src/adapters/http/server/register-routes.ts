import type { ErrorRequestHandler, RequestHandler, Router } from "express";
import type { Table } from "../api/api-tables.js";
import type { Cors } from "./cors.js";
import { dispatch, type Edge } from "./dispatch.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import type { Metrics } from "./metrics.js";
import { EdgeProblem } from "./problem-json.js";
import type { ResponseWriter } from "./response-writer.js";
import { isStream, type Route } from "./route.js";

const asExpress = (handler: (request: EdgeRequest, response: EdgeResponse) => void): RequestHandler =>
  handler as unknown as RequestHandler;

/** Puts every row on the router, flat and in order. */
export const registerRows = (router: Router, tables: readonly Table[], edge: Edge, metrics: Metrics): void => {
  for (const { prefix, routes } of tables)
    for (const row of routes) {
      const path = prefix + row.path;
      const verb = row.method.toLowerCase() as "get" | "post" | "patch" | "delete";
      router[verb](path, asExpress(dispatch(row, edge, metrics.route(row.method, path))));
    }
};

const methodsOf = (rows: readonly Route[]): string =>
  [...rows.flatMap((row) => (row.method === "GET" && !isStream(row) ? ["GET", "HEAD"] : [row.method])), "OPTIONS"].join(
    ", ",
  );

/** Answers what no row takes: `OPTIONS`, other methods of a known path (405), other paths (404). */
export const registerRest = (
  router: Router,
  tables: readonly Table[],
  writer: ResponseWriter,
  metrics: Metrics,
  cors: Cors,
): void => {
  const byPath = new Map<string, Route[]>();
  for (const { prefix, routes } of tables)
    for (const row of routes) byPath.set(prefix + row.path, [...(byPath.get(prefix + row.path) ?? []), row]);

  // One meter for all of them: a path that nobody wrote down must not become a label.
  const meter = metrics.route("other", "other");
  for (const [path, rows] of byPath) {
    const allow = methodsOf(rows);
    router.all(
      path,
      asExpress((request, response) => {
        request.meter = meter;
        if (request.method === "OPTIONS")
          writer.write(response, 204, undefined, "", ["Allow", allow, ...cors.preflight(request, allow)]);
        else writer.problem(response, new EdgeProblem("method-not-allowed", {}, ["Allow", allow]));
      }),
    );
  }
  router.use(
    asExpress((request, response) => {
      request.meter = meter;
      writer.problem(response, new EdgeProblem("not-found"));
    }),
  );
  // Express tells an error handler by its four parameters.
  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    writer.problem(response as unknown as EdgeResponse, error);
  };
  router.use(failed);
};
