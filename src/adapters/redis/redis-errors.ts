import { DomainError } from "../../domain/problem.js";

/** What a Redis says that is there but cannot serve: starting, failing over, full, or not letting us in. */
const unable =
  /^-?(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOREPLICAS|MISCONF|OOM|BUSY|NOAUTH|WRONGPASS)\b/;
const codesOfAbsence = /^(E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_AGAIN)|ERR_(TLS|SSL|STREAM))/;
const namesOfAbsence = new Set(["MaxRetriesPerRequestError", "ClusterAllFailedError", "AbortError"]);
const wordsOfAbsence =
  /timed out|timeout|connection is closed|stream isn't writeable|cluster isn't ready|socket closed|none of startup nodes|failed to refresh slots|too many cluster redirections/i;

/** `engine-unavailable` where the error says that Redis cannot be reached or cannot serve now; else the error itself. */
export const told = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof DomainError) return error;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const away =
    name === "ReplyError"
      ? unable.test(message)
      : namesOfAbsence.has(name) || codesOfAbsence.test(code ?? "") || wordsOfAbsence.test(message);
  return away ? redisUnavailable(error) : error;
};

export const redisUnavailable = (cause: unknown): DomainError =>
  new DomainError({ code: "engine-unavailable", engine: "redis" }, cause);
