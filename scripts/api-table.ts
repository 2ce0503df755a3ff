import { pino } from "pino";
import { routeTables } from "../src/adapters/http/api/routes.js";
import { Tickets } from "../src/adapters/http/server/callers.js";
import { InFlight } from "../src/adapters/http/server/exchange.js";
import type { Route } from "../src/adapters/http/server/route.js";
import { systemClock } from "../src/adapters/system/system-clock.js";
import { readConfig } from "../src/bootstrap/config.js";
import { composeNode } from "../src/bootstrap/node-steps.js";
import { markdownTable } from "./marked-parts.js";

/** Returns the routes of a node that is wired but never started, so it needs no backend. */
const tables = () => {
  const { application, metrics } = composeNode(readConfig({}), pino({ level: "silent" }));
  const never = async () => {
    throw new Error("the table of calls needs no response");
  };
  return routeTables(application, {
    tickets: new Tickets(never, systemClock),
    metrics,
    inFlight: new InFlight(0),
    readiness: never,
  });
};

/** Returns the path as OpenAPI writes it: `/coupons/{couponId}`. */
const pathOf = ({ path }: Route): string => path.replaceAll(/:(\w+)/g, "{$1}");
const resourceOf = ({ path }: Route): string => path.split("/")[1] ?? "";

/** Pages that are served without a row in the route tables. */
const pages = [
  ["public", "`GET /`", "The live page"],
  ["public", "`GET /openapi.json`", "Every call of these tables as OpenAPI 3.1"],
  ["public", "`GET /docs`", "API documentation that works offline"],
];

const rowsOf = (routes: readonly Route[]): readonly (readonly string[])[] =>
  [...new Set(routes.map(resourceOf))]
    .flatMap((resource) => routes.filter((route) => resourceOf(route) === resource))
    .map((route) => [route.access, `\`${route.method} ${pathOf(route)}\``, route.summary]);

const head = ["caller", "call", ""];

/** Returns the calls under `/api/v1`, grouped by resource, and the calls outside it. */
export const apiTable = (): string => {
  const [api, outside] = tables();
  if (api?.prefix !== "/api/v1" || outside?.prefix !== "") throw new Error("expected the tables of /api/v1 and of /");
  return [
    markdownTable(head, rowsOf(api.routes)),
    "Outside `/api/v1`:",
    markdownTable(head, [...pages, ...rowsOf(outside.routes)]),
  ].join("\n\n");
};
