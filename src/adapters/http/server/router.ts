import type { ErrorRequestHandler, RequestHandler, Router } from "express";
import { dispatch, type Edge, methodNotAllowed } from "./dispatch.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import { EdgeProblem } from "./problem-json.js";
import { pathOf } from "./response-writer.js";
import { isStream, type Route, type RouteTable } from "./route.js";

type Serve = (request: EdgeRequest, response: EdgeResponse) => unknown;
type HotRoute = { readonly segments: readonly string[]; readonly serve: Serve };

/**
 * Resolves requests for the busiest routes without Express, whose router costs more than the rest of such a request.
 * Express serves the same routes for paths with escapes, which are not matched here.
 */
export class HotRoutes {
  /** By method and number of segments. */
  private readonly routes = new Map<string, HotRoute[]>();

  /** @param path in Express's notation */
  add(method: string, path: string, serve: Serve): void {
    const segments = path.split("/");
    const key = `${method} ${segments.length}`;
    this.routes.set(key, [...(this.routes.get(key) ?? []), { segments, serve }]);
  }

  /** Serves the request if its path is a hot route; returns whether it did. */
  serve(request: EdgeRequest, response: EdgeResponse): boolean {
    const { method, url = "" } = request;
    const end = url.indexOf("?");
    const path = end === -1 ? url : url.slice(0, end);
    if (path.includes("%")) return false;
    const segments = path.split("/");
    for (const route of this.routes.get(`${method} ${segments.length}`) ?? []) {
      const params = match(route.segments, segments);
      if (params === undefined) continue;
      request.params = params;
      route.serve(request, response);
      return true;
    }
    return false;
  }
}

/** Returns the parameters of a path that matches, otherwise `undefined`. */
const match = (expected: readonly string[], given: readonly string[]): Record<string, string> | undefined => {
  const params: Record<string, string> = {};
  for (let n = 0; n < expected.length; n += 1) {
    const [segment = "", value = ""] = [expected[n], given[n]];
    if (segment.startsWith(":") && value !== "") params[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
};

const maxShownCharacters = 200;

const asExpress = (handler: Serve): RequestHandler => handler as unknown as RequestHandler;

/** Registers every route with Express in the order of the tables, and the hot ones also with `hotRoutes`. */
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
      const serve = dispatch(
        route,
        edge,
        edge.metrics.route(route.method, path, Object.keys(route.responses).map(Number)),
      );
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
      const detail = `No route has the path ${pathOf(request).slice(0, maxShownCharacters)}.`;
      writer.problem(response, new EdgeProblem("not-found", { detail }));
    }),
  );
  // Express recognizes an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    writer.problem(response as unknown as EdgeResponse, error);
  };
  router.use(onError);
};
