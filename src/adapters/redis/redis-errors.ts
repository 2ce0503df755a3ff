import type { BackendFault } from "../../domain/backend-fault.js";
import { backendUnavailable, DomainError } from "../../domain/problem.js";
import { replyOf } from "./redis-replies.js";

/** Beginnings of error replies, which may also come from a command inside a script. */
const replyFaults: readonly (readonly [RegExp, BackendFault])[] = [
  [/^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/, "stopping"],
  [/^(MOVED|ASK|NOREPLICAS|UNBLOCKED)\b/, "unreachable"],
  [/^READONLY\b/, "read-only"],
  [/^OOM\b/, "out-of-memory"],
  [/^MISCONF\b/, "broken-files"],
  [/^(BUSY|UNKILLABLE)\b/, "busy"],
  [/^(NOAUTH|WRONGPASS)\b|^ERR (AUTH|Client sent AUTH)/, "login-refused"],
  [/^NOPERM\b|^ERR (unknown command|The user executing the script can't)/, "not-permitted"],
  [/^ERR max number of clients/, "too-many-connections"],
];
/** Replies about a command or its values: defects of this program. */
const defects =
  /^(WRONGTYPE|CROSSSLOT)\b|^ERR (wrong number of arguments|syntax error|value is not|user_script|error compiling|unknown subcommand|.*script)/i;

const connectionFaults: readonly (readonly [RegExp, BackendFault])[] = [
  [/^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/, "untrusted"],
  [/^(E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_AGAIN)|ERR_(SSL|STREAM))/, "unreachable"],
];
const unreachableNames = new Set(["MaxRetriesPerRequestError", "ClusterAllFailedError", "AbortError"]);
// Also a command that waits for a connection times out.
const unreachableWords =
  /timed out|timeout|connection is closed|stream isn't writeable|cluster isn't ready|socket closed|none of startup nodes|failed to refresh slots|too many cluster redirections/i;

const listed = (faults: readonly (readonly [RegExp, BackendFault])[], text: string): BackendFault | undefined =>
  faults.find(([pattern]) => pattern.test(text))?.[1];

/** Returns why Redis could not do its work, or `undefined` for an error that is not about Redis. */
const faultOf = (error: NodeJS.ErrnoException): BackendFault | undefined => {
  const { name, message, code = "", syscall } = error;
  const reply = replyOf(error);
  if (reply !== "") return listed(replyFaults, reply) ?? (defects.test(reply) ? undefined : "unknown");
  if (unreachableNames.has(name) || unreachableWords.test(message)) return "unreachable";
  return listed(connectionFaults, code) ?? (syscall === undefined ? undefined : "unknown");
};

/**
 * Returns `engine-unavailable` if Redis could not do its work, else the error. An error reply that is not listed here
 * counts as such.
 */
export const unavailableOr = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof DomainError) return error;
  const fault = faultOf(error);
  return fault === undefined ? error : backendUnavailable("redis", fault, error);
};

export const redisUnavailable = (cause: unknown): DomainError => backendUnavailable("redis", "unreachable", cause);
