import { DomainError } from "../../domain/problem.js";

/** Replies of a Redis that is reachable but cannot serve: starting, failing over, full, or refusing the login. */
const unableToServe =
  /^-?(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOREPLICAS|MISCONF|OOM|BUSY|NOAUTH|WRONGPASS)\b/;
const unreachableCodes = /^(E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_AGAIN)|ERR_(TLS|SSL|STREAM))/;
const unreachableNames = new Set(["MaxRetriesPerRequestError", "ClusterAllFailedError", "AbortError"]);
const unreachableWords =
  /timed out|timeout|connection is closed|stream isn't writeable|cluster isn't ready|socket closed|none of startup nodes|failed to refresh slots|too many cluster redirections/i;

/** Returns `engine-unavailable` if the error means that Redis is unreachable or unable to serve, else the error. */
export const unavailableOr = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof DomainError) return error;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const unavailable =
    name === "ReplyError"
      ? unableToServe.test(message)
      : unreachableNames.has(name) || unreachableCodes.test(code ?? "") || unreachableWords.test(message);
  return unavailable ? redisUnavailable(error) : error;
};

export const redisUnavailable = (cause: unknown): DomainError =>
  new DomainError({ code: "engine-unavailable", engine: "redis" }, cause);
