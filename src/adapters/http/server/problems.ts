import type { Problem } from "../../../domain/problem.js";

/** What a problem code means to a caller. `P` is the problem that the domain throws under this code. */
export type ProblemEntry<P = never> = {
  readonly status: number;
  readonly title: string;
  /** When this code is returned, for every cause. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly advice: string;
  /** Seconds after which a retry may succeed. */
  readonly retryAfter?: number;
  /** The one cause that applies, with its values; without it, the meaning. */
  readonly detail?: (problem: P) => string;
  /** The advice for the one cause that applies, where causes need different advice. */
  readonly adviceFor?: (problem: P) => string;
};

/** The entries of the domain's codes. */
export type ProblemEntries = {
  readonly [Code in Problem["code"]]: ProblemEntry<Extract<Problem, { readonly code: Code }>>;
};

/** Problems that the HTTP adapter finds itself. */
export const edgeProblems = {
  "invalid-request": {
    status: 400,
    title: "Request is invalid",
    meaning:
      "Some part of the request does not satisfy the schema of this route. `errors` names each place: a JSON pointer " +
      "into the body (#/name), or path/…, query/… or header/….",
    advice: "Compare the request with /openapi.json. Unknown fields and repeated query parameters are rejected.",
  },
  unauthorized: {
    status: 401,
    title: "Authentication required",
    meaning:
      "The bearer token or the ticket is missing, invalid or expired. In open mode: the header X-User-Id is missing or " +
      "invalid.",
    advice:
      "Send a valid token in the header Authorization. For a new ticket, repeat the request that returned links.events.",
  },
  forbidden: {
    status: 403,
    title: "Role required",
    meaning: "Your token has none of the roles that may use this route.",
    advice: "Use a token whose claim `roles` contains the required role.",
  },
  "not-found": {
    status: 404,
    title: "Unknown path",
    meaning: "No route has this path.",
    advice: "See /openapi.json for all routes.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    meaning: "The path exists, but not with this method.",
    advice: "Use one of the methods in the header Allow.",
  },
  "request-timeout": {
    status: 408,
    title: "Request arrived too slowly",
    meaning: "The headers or the body of the request took too long to arrive. The request had no effect.",
    advice: "Send the request again on a new connection.",
  },
  "payload-too-large": {
    status: 413,
    title: "Body is too large",
    meaning: "The body is larger than this route accepts.",
    advice: "Split the request into smaller ones.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "Body is not plain JSON",
    meaning: "A body must be application/json in UTF-8 without a content encoding.",
    advice: "Set Content-Type: application/json, and do not compress the body.",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many requests",
    meaning: "You sent more requests per second than RateLimit-Policy allows.",
    advice: "Send the request again after Retry-After seconds.",
  },
  "headers-too-large": {
    status: 431,
    title: "Headers are too large",
    meaning: "The request line and the headers together exceed 16 KiB.",
    advice: "Send fewer or shorter headers.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    meaning: "The service met an error that it did not expect.",
    advice: "Report the request id to the operators of this service.",
  },
  "deadline-exceeded": {
    status: 503,
    title: "Deadline exceeded",
    meaning: "The response took longer than two seconds. The request may or may not have taken effect.",
    advice:
      "Send the same request again after Retry-After seconds. If it took effect before, the response shows the current " +
      "state.",
    retryAfter: 2,
  },
  "keys-unavailable": {
    status: 503,
    title: "Token keys are unavailable",
    meaning: "The keys that verify tokens could not be fetched, so your token could not be checked.",
    advice: "Send the same request again after Retry-After seconds.",
    retryAfter: 2,
  },
  "too-many-streams": {
    status: 503,
    title: "Too many open streams",
    meaning: "You, or all callers of this process together, have as many open streams as the limit allows.",
    advice: "Close a stream, or poll the resource with GET.",
    retryAfter: 5,
  },
} satisfies Readonly<Record<string, ProblemEntry>>;

type EdgeCode = keyof typeof edgeProblems;
export type ProblemCode = Problem["code"] | EdgeCode;
export type ProblemTable = ProblemEntries & Readonly<Record<EdgeCode, ProblemEntry>>;
