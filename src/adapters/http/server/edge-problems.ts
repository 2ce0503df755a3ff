import type { Meaning } from "./problem-meaning.js";

/** Problems that the edge itself finds. */
export const edgeProblems = {
  "invalid-request": {
    status: 400,
    title: "Request is not valid",
    meaning:
      "Something sent is not what the route takes: errors names each place, as a JSON pointer into the body (#/name) " +
      "or as path/…, query/… or header/….",
    advice: "Compare with /openapi.json; unknown fields and repeated query keys are refused.",
  },
  unauthorized: {
    status: 401,
    title: "Who is asking?",
    meaning: "The token or ticket is missing, wrong or expired; in open mode, the header X-User-Id is.",
    advice: "Send a valid Authorization: Bearer token; fetch a new ticket with the thing that it belongs to.",
  },
  forbidden: {
    status: 403,
    title: "Not yours to do",
    meaning: "This route is for a role that your token does not hold.",
    advice: "Use a token whose roles hold admin (or service, where the route takes it).",
  },
  "not-found": {
    status: 404,
    title: "Nothing here",
    meaning: "No route has this path.",
    advice: "See /openapi.json for those there are.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    meaning: "The path exists, but not with this method.",
    advice: "Use one of the methods in Allow.",
  },
  "request-timeout": {
    status: 408,
    title: "Request did not arrive in time",
    meaning: "The request's headers or body took too long to arrive.",
    advice: "Send it again on a new connection.",
  },
  "payload-too-large": {
    status: 413,
    title: "Body is too large",
    meaning: "The body is larger than this route takes.",
    advice: "Send less at once.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "Body is not plain JSON",
    meaning: "A body must be application/json in UTF-8, without a content encoding.",
    advice: "Set Content-Type: application/json.",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many requests",
    meaning: "You sent more than RateLimit-Policy allows.",
    advice: "Wait for Retry-After seconds.",
  },
  "headers-too-large": {
    status: 431,
    title: "Headers are too large",
    meaning: "The request line and headers together exceed 16 KiB.",
    advice: "Send fewer or shorter headers.",
  },
  internal: {
    status: 500,
    title: "Something broke here",
    meaning: "The service met an error that it did not expect.",
    advice: "Tell the operators the request id.",
  },
  "deadline-exceeded": {
    status: 503,
    title: "No answer in time",
    meaning: "The answer took longer than two seconds; whether the work was done is not known.",
    advice: "Send the same request again after Retry-After: what was done already is answered as it stands.",
    retryAfter: 2,
  },
  "keys-unavailable": {
    status: 503,
    title: "Tokens cannot be checked",
    meaning: "The address that publishes the keys of tokens cannot be reached, so yours is neither good nor bad.",
    advice: "Send the same request again after Retry-After.",
    retryAfter: 2,
  },
  "too-many-streams": {
    status: 503,
    title: "Too many open streams",
    meaning: "You, or all callers of this process together, hold as many streams open as there may be.",
    advice: "Close one, or poll the thing's own GET.",
    retryAfter: 5,
  },
} satisfies Record<string, Meaning>;

export type EdgeCode = keyof typeof edgeProblems;
