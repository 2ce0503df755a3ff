import { z } from "zod";
import type { Page } from "../../../application/ports/page.js";
import type { Operator } from "../../../domain/admin-log.js";
import type {
  ConcertId,
  CouponId,
  DeliveryId,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  ScheduleId,
  TaskId,
  UserId,
  WebhookId,
} from "../../../domain/ids.js";
import type { Ticketed } from "./callers.js";
import type { EventStream } from "./event-stream.js";
import { invalid } from "./problem-json.js";
import type { ProblemCode } from "./problems.js";
import { businessDaySchema, cursorMessage, idSchema } from "./schemas.js";

/** Who may call: everyone; a shopper, for their own resources; the shop's back end or an admin; an admin. */
export type Access = "public" | "shopper" | "service" | "admin";

const id = <Id extends string>() => idSchema as unknown as z.ZodType<Id>;

/** The parameters that a path may contain. */
export const pathParameters = {
  couponId: id<CouponId>(),
  taskId: id<TaskId>(),
  productId: id<ProductId>(),
  orderId: id<OrderId>(),
  paymentId: id<PaymentId>(),
  concertId: id<ConcertId>(),
  scheduleId: id<ScheduleId>(),
  reservationId: id<ReservationId>(),
  businessDay: businessDaySchema,
  deadLetterId: idSchema,
  webhookId: id<WebhookId>(),
  deliveryId: id<DeliveryId>(),
  code: z.string(),
};
type ParameterName = keyof typeof pathParameters;

type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
/** The validated parameters of a path such as `/coupons/:couponId/claims`. */
export type PathValues<Path extends string> = {
  readonly [Name in NamesIn<Path> & ParameterName]: z.infer<(typeof pathParameters)[Name]>;
};

/** The body of a response: described by a schema, or another kind of content. */
export type Content = z.ZodType | "text/event-stream" | "text/html" | "text/plain";

/** What a handler returns; `headers` are (name, value, …). A stream has sent its response itself. */
export type RouteResponse =
  | { readonly status: number; readonly body?: unknown; readonly headers?: readonly string[] }
  | {
      readonly status: number;
      readonly type: string;
      readonly text: string;
      readonly headers?: readonly string[];
      readonly security?: readonly string[];
      /** The entity tag of a response that caches may store; by default it is computed from the text. */
      readonly etag?: string;
    }
  | EventStream;

/** What a handler receives, all of it validated. */
export type Context<Path extends string, A extends Access, Query, Body, Headers> = {
  readonly params: PathValues<Path>;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** The caller; never `null` on a shopper's route. */
  readonly shopper: A extends "shopper" ? UserId : UserId | null;
  /** The caller and the request's id, which a use case that changes something writes to the admin log. */
  readonly operator: A extends "admin" ? Operator : never;
  readonly lastEventId: string | undefined;
  /** Returns the media type that the caller prefers among these. */
  accepts(types: readonly string[]): string | undefined;
  /** Makes the response a stream. @throws EdgeProblem `too-many-streams` */
  openStream(): EventStream;
};

/** One route as its file writes it. Registration, access, checks, `Allow` and the OpenAPI document derive from it. */
export type TypedRoute<Path extends string, A extends Access, Query, Body, Headers> = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** In Express's notation; `pathParameters` has an entry for every parameter. */
  readonly path: Path;
  readonly access: A;
  readonly summary: string;
  readonly description?: string;
  /** A strict object of the query's parameters. */
  readonly query?: z.ZodObject & z.ZodType<Query>;
  /** Accepts any query and ignores it: orchestrators add their own parameters to probes. */
  readonly ignoresQuery?: true;
  /** An object of the headers that the route uses, by their documented names. */
  readonly headers?: z.ZodObject & z.ZodType<Headers>;
  readonly body?: z.ZodType<Body>;
  /** A body for the OpenAPI document, valid on a fresh service after the examples of the tags before. */
  readonly example?: unknown;
  /** Bytes; 16 KiB by default. */
  readonly bodyLimit?: number;
  /** Is resolved before Express, because it is among the busiest. */
  readonly isHot?: true;
  /** Counts against the shopper's rate limit. */
  readonly rateLimited?: true;
  /** No cache may store the response, although it is public. */
  readonly isUncached?: true;
  /** Has no deadline, because it reads everything for an operator. */
  readonly noDeadline?: true;
  /** The parameter whose ticket (`?ticket=`) opens this route as well. */
  readonly ticketFor?: NamesIn<Path> & Ticketed;
  readonly responses: Readonly<Record<number, Content | null>>;
  /** Operations (`GET /tasks/:taskId`) whose path parameters are fields of this route's response. */
  readonly links?: readonly string[];
  /** Problems of the handler; the OpenAPI document adds those of access and checks. */
  readonly problems?: readonly ProblemCode[];
  /** Receives the outcome of each request: the problem's code, or what `handle` returned. */
  readonly onOutcome?: (outcome: ProblemCode | RouteResponse) => void;
  readonly handle: (context: Context<Path, A, Query, Body, Headers>) => RouteResponse | Promise<RouteResponse>;
};

/** A route without its particular types. */
export type Route = Omit<TypedRoute<string, Access, unknown, unknown, unknown>, "handle" | "ticketFor"> & {
  readonly ticketFor?: Ticketed;
  handle(context: Context<string, Access, unknown, unknown, unknown>): RouteResponse | Promise<RouteResponse>;
};

/** Routes under one prefix. */
export type RouteTable = { readonly prefix: string; readonly routes: readonly Route[] };

/** Declares a route; the types of what its handler receives follow from path, query, headers and body. */
export const route = <
  const Path extends string,
  const A extends Access,
  Query = unknown,
  Body = unknown,
  Headers = unknown,
>(
  typed: TypedRoute<Path, A, Query, Body, Headers>,
): Route => typed as unknown as Route;

/** Returns the parameters that a path names. */
export const parametersOf = (path: string): readonly ParameterName[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as ParameterName);

/**
 * Returns the response of a list.
 * @throws EdgeProblem `invalid-request` if the query port returned no page, because the cursor is not from this list
 */
export const pageResponse = <T>(page: Page<T> | undefined, itemResponse: (item: T) => unknown) => {
  if (page === undefined) throw invalid({ pointer: "query/cursor", detail: cursorMessage });
  return { status: 200, body: { items: page.items.map(itemResponse), nextCursor: page.next } };
};

/** Whether caches may store a successful response, which they must revalidate. No other response may be stored. */
export const isRevalidated = (route: Pick<Route, "access" | "method" | "isUncached" | "responses">): boolean =>
  route.access === "public" && route.method === "GET" && !route.isUncached && !isStream(route);

/** Whether the response is a stream: no deadline, and no `HEAD`. */
export const isStream = ({ responses }: Pick<Route, "responses">): boolean => responses[200] === "text/event-stream";
