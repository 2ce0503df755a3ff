import { pino } from "pino";
import { Registry } from "prom-client";
import { apiTables } from "../src/adapters/http/api/api-tables.js";
import { InFlight } from "../src/adapters/http/server/in-flight.js";
import { Metrics } from "../src/adapters/http/server/metrics.js";
import type { Access, Route } from "../src/adapters/http/server/route.js";
import { Tickets } from "../src/adapters/http/server/ticket.js";
import { systemClock } from "../src/adapters/system/system-clock.js";
import { readConfig } from "../src/bootstrap/config.js";
import { wireNode } from "../src/bootstrap/node-steps.js";
import { Tokens } from "../src/bootstrap/tokens.js";
import { markdownTable } from "./marked-parts.js";

/** Every row of the API, of a node that is wired but never started, so that it asks no engine. */
const tables = () => {
  const get = wireNode(readConfig({}), pino({ level: "silent" }));
  const never = async () => {
    throw new Error("no route is called for its row");
  };
  return apiTables(get(Tokens.application), {
    tickets: new Tickets(never, systemClock),
    metrics: new Metrics(new Registry()),
    inFlight: new InFlight(0),
    readiness: never,
  });
};

const letters: Readonly<Record<Access, string>> = { public: "P", shopper: "S", service: "B", admin: "A" };

/** `/coupons/{couponId}`, as people and the OpenAPI document write it. */
const pathOf = ({ path }: Route): string => path.replaceAll(/:(\w+)/g, "{$1}");
const resourceOf = ({ path }: Route): string => path.split("/")[1] ?? "";

/** What is served beside the rows. */
const pages = [
  ["P", "`GET /`", "The live page"],
  ["P", "`GET /openapi.json`", "Every row of these tables as OpenAPI 3.1"],
  ["P", "`GET /docs`", "The same to read and try, offline"],
];

const rowsOf = (routes: readonly Route[]): readonly (readonly string[])[] =>
  [...new Set(routes.map(resourceOf))]
    .flatMap((resource) => routes.filter((route) => resourceOf(route) === resource))
    .map((route) => [letters[route.access], `\`${route.method} ${pathOf(route)}\``, route.summary]);

const head = ["who", "call", ""];

/** Every call under `/api/v1`, resource by resource; then what is beside it. */
export const apiTable = (): string => {
  const [api, beside] = tables();
  if (api?.prefix !== "/api/v1" || beside?.prefix !== "") throw new Error("the API's tables are others now");
  return [
    markdownTable(head, rowsOf(api.routes)),
    "Beside it, without `/api/v1`:",
    markdownTable(head, [...pages, ...rowsOf(beside.routes)]),
  ].join("\n\n");
};
