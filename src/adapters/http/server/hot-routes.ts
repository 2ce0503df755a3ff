import type { EdgeRequest, EdgeResponse } from "./exchange.js";

type Serve = (request: EdgeRequest, response: EdgeResponse) => unknown;
type HotRoute = { readonly segments: readonly string[]; readonly serve: Serve };

/**
 * Resolves requests for the busiest routes without Express, whose router costs more than the rest of such a request.
 * Only exact paths are matched here. Express serves these routes too, for paths with escapes, other case or a trailing
 * slash.
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

const match = (expected: readonly string[], given: readonly string[]): Record<string, string> | undefined => {
  const params: Record<string, string> = {};
  for (let n = 0; n < expected.length; n += 1) {
    const [segment = "", value = ""] = [expected[n], given[n]];
    if (segment.charCodeAt(0) !== 58) {
      if (segment !== value) return undefined;
    } else if (value === "") return undefined;
    else params[segment.slice(1)] = value;
  }
  return params;
};
