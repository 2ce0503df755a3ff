import { z } from "zod";
import type {
  ConcertId,
  CouponId,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  ScheduleId,
  TaskId,
  UserId,
} from "../../../domain/ids.js";
import { businessDaySchema, idSchema } from "./api-schemas.js";
import type { EventStream } from "./event-stream.js";
import type { ProblemCode } from "./problem-table.js";
import type { Ticketed } from "./ticket.js";

/** Who may call: anyone; a shopper, about their own things; the shop's back end (an admin too); an admin. */
export type Access = "public" | "shopper" | "service" | "admin";

const id = <Id extends string>() => idSchema as unknown as z.ZodType<Id>;

/** What a path may hold, by name: a new kind of parameter is one row. */
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
  code: z.string(),
};
type ParameterName = keyof typeof pathParameters;

type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
/** The checked parameters of a path such as `/coupons/:couponId/claims`. */
export type PathValues<Path extends string> = {
  readonly [Name in NamesIn<Path> & ParameterName]: z.infer<(typeof pathParameters)[Name]>;
};

/** The body of an answer: one that JSON Schema describes, or another kind of content. */
export type Content = z.ZodType | "text/event-stream" | "text/html" | "text/plain";

/** What a handler answers; `headers` are (name, value, …). A stream answers by itself. */
export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: readonly string[] }
  | { readonly status: number; readonly type: string; readonly text: string; readonly security?: readonly string[] }
  | EventStream;

/** What a handler is given, all of it checked. */
export type Context<Path extends string, A extends Access, Query, Body, Headers> = {
  readonly params: PathValues<Path>;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** On a shopper's route, the shopper. */
  readonly shopper: A extends "shopper" ? UserId : UserId | null;
  readonly lastEventId: string | undefined;
  /** The media type that the caller likes best of these. */
  accepts(types: readonly string[]): string | undefined;
  /** Takes a stream for the answer. @throws EdgeProblem `too-many-streams`. */
  openStream(): EventStream;
};

/** One row of the API. It drives registration, access, checks, `Allow`, the OpenAPI document and the tests that walk it. */
export type Row<Path extends string, A extends Access, Query, Body, Headers> = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** As Express writes it; every parameter has its row in `pathParameters`. */
  readonly path: Path;
  readonly access: A;
  readonly summary: string;
  readonly description?: string;
  /** A strict object of what a query may hold. */
  readonly query?: z.ZodObject & z.ZodType<Query>;
  /** Takes any query and looks at none, as probes are asked with whatever an orchestrator adds. */
  readonly anyQuery?: true;
  /** An object of the headers that the row itself takes, by their names as they are written. */
  readonly headers?: z.ZodObject & z.ZodType<Headers>;
  readonly body?: z.ZodType<Body>;
  /** Bytes; 16 KiB unless told. */
  readonly bodyLimit?: number;
  /** Counts against the shopper's rate limit. */
  readonly limited?: true;
  /** Looks at everything there is, for an operator who waits: it has no deadline. */
  readonly unhurried?: true;
  /** The parameter whose ticket (`?ticket=`) opens this route as well. */
  readonly ticketFor?: NamesIn<Path> & Ticketed;
  readonly answers: Readonly<Record<number, Content | null>>;
  /** What this route itself may refuse with; what access and checks bring is added by the document. */
  readonly problems?: readonly ProblemCode[];
  /** Hears how each request ended: the problem's code, or what `handle` answered. */
  readonly outcome?: (ended: ProblemCode | Answer) => void;
  readonly handle: (context: Context<Path, A, Query, Body, Headers>) => Answer | Promise<Answer>;
};

/** A row whose particulars the table does not care for. */
export type Route = Omit<Row<string, Access, unknown, unknown, unknown>, "handle" | "ticketFor"> & {
  readonly ticketFor?: Ticketed;
  handle(context: Context<string, Access, unknown, unknown, unknown>): Answer | Promise<Answer>;
};

/** Makes a row, inferring from path, query, headers and body what its handler is given. */
export const route = <
  const Path extends string,
  const A extends Access,
  Query = unknown,
  Body = unknown,
  Headers = unknown,
>(
  row: Row<Path, A, Query, Body, Headers>,
): Route => row as unknown as Route;

/** The parameters that a path names. */
export const parametersOf = (path: string): readonly ParameterName[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as ParameterName);

/** Whether the route answers with a stream: no deadline, and nothing for `HEAD`. */
export const isStream = ({ answers }: Route): boolean => answers[200] === "text/event-stream";
