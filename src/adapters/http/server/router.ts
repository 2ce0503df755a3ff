import type { ErrorRequestHandler, RequestHandler, Router } from "express";
import { dispatch, type Edge, methodNotAllowed } from "./dispatch.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import type { HotRoutes } from "./hot-routes.js";
import { EdgeProblem } from "./problem-json.js";
import { pathOf } from "./response-writer.js";
import { isStream, type Route, type RouteTable } from "./route.js";

const mostShownCharacters = 200;

const asExpress = (handler: (request: EdgeRequest, response: EdgeResponse) => unknown): RequestHandler =>
  handler as unknown as RequestHandler;

/** Registers every route, in the order of the tables, and the hot ones also with `hotRoutes`. */
export const registerRoutes = (
  router: Router,
  hotRoutes: HotRoutes,
  tables: readonly RouteTable[],
  edge: Edge,
): void => {
  for (const { prefix, routes } of tables)
    for (const route of routes) {
      const path = prefix + route.path;
      const verb = route.method.toLowerCase() as "get" | "post" | "patch" | "delete";
      const serve = dispatch(route, edge, edge.metrics.route(route.method, path));
      router[verb](path, asExpress(serve));
      if (route.isHot) hotRoutes.add(route.method, path, serve);
    }
};

const methodsOf = (routes: readonly Route[]): string => {
  const methods = routes.flatMap((route) =>
    route.method === "GET" && !isStream(route) ? ["GET", "HEAD"] : [route.method],
  );
  return [...methods, "OPTIONS"].join(", ");
};

/** Registers the responses to requests that match no route: `OPTIONS`, 405 on a known path, 404 otherwise. */
export const registerFallbacks = (router: Router, tables: readonly RouteTable[], edge: Edge): void => {
  const { writer, cors, metrics } = edge;
  const byPath = new Map<string, Route[]>();
  for (const { prefix, routes } of tables)
    for (const route of routes) byPath.set(prefix + route.path, [...(byPath.get(prefix + route.path) ?? []), route]);

  // One meter for all of them: an unknown path must not become a label.
  const meter = metrics.route("other", "other");
  for (const [path, routes] of byPath) {
    const allow = methodsOf(routes);
    router.all(
      path,
      asExpress((request, response) => {
        request.meter = meter;
        if (request.method === "OPTIONS")
          writer.write(response, 204, undefined, "", ["Allow", allow, ...cors.preflight(request, allow)]);
        else writer.problem(response, methodNotAllowed(request, allow));
      }),
    );
  }
  router.use(
    asExpress((request, response) => {
      request.meter = meter;
      const detail = `No route has the path ${pathOf(request).slice(0, mostShownCharacters)}.`;
      writer.problem(response, new EdgeProblem("not-found", { detail }));
    }),
  );
  // Express recognizes an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    writer.problem(response as unknown as EdgeResponse, error);
  };
  router.use(onError);
};
