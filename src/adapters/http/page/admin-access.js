import { caller, hasToken, isOpenMode } from "./caller.js";
import { RequestError } from "./request.js";

/** Calls `start` again whenever the token changes; calls `onMissing` if the service requires a token and none is set. */
export const withToken = (signal, onMissing, start) => {
  let current = new AbortController();
  const restart = () => {
    current.abort();
    current = new AbortController();
    if (isOpenMode || hasToken()) start(AbortSignal.any([signal, current.signal]));
    else onMissing();
  };
  caller.addEventListener("change", restart, { signal });
  restart();
};

/** Returns the text for an error that a retry does not fix. @throws the error itself if a retry may fix it */
export const permanentErrorText = (error) => {
  if (error instanceof RequestError && error.isFromProxy)
    return `A proxy blocks this path (status ${error.status}). Open this page on a node directly.`;
  if (!(error instanceof RequestError) || error.isRetryable) throw error;
  return error.status === 401 || error.status === 403 ? "This requires an admin token." : error.message;
};
