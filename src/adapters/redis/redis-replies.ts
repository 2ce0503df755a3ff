/** Returns an error reply, without the prefix that Redis before 7 puts before an error inside a script; else empty. */
export const replyOf = (error: unknown): string =>
  error instanceof Error && error.name === "ReplyError"
    ? error.message.replace(/^ERR Error running script.*?(?=-[A-Z]+ )/, "").replace(/^-/, "")
    : "";

/** Returns the code of an error reply, such as `READONLY`; empty for other errors. */
const codeOf = (error: unknown): string => /^[A-Z]+\b/.exec(replyOf(error))?.[0] ?? "";

const stuckCodes: ReadonlySet<string> = new Set(["LOADING", "MISCONF", "NOREPLICAS", "NOAUTH"]);

/**
 * Returns what a reply shows about the server: it is a replica now (`demoted`), or it is in a state in which operators
 * replace a server (`stuck`). `undefined`: neither.
 */
export const shownState = (error: unknown): "demoted" | "stuck" | undefined => {
  const code = codeOf(error);
  if (code === "READONLY" || code === "MASTERDOWN") return "demoted";
  return stuckCodes.has(code) ? "stuck" : undefined;
};

/** Whether a server has replied that it belongs to a Cluster and that another node has the key. */
export const isRedirection = (error: unknown): boolean => /^(MOVED|ASK)$/.test(codeOf(error));

/** Whether a server has replied that it belongs to no Cluster. */
export const isNoCluster = (error: unknown): boolean => /cluster support disabled/i.test(replyOf(error));
