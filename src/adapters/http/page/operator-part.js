import { Refusal } from "./ask.js";
import { caller, hasToken, isOpen } from "./caller.js";

/** Runs `work` again whenever there is another token, and not without one where tokens are asked for. */
export const withToken = (signal, without, work) => {
  let running = new AbortController();
  const begin = () => {
    running.abort();
    running = new AbortController();
    if (isOpen || hasToken()) work(AbortSignal.any([signal, running.signal]));
    else without();
  };
  caller.addEventListener("change", begin, { signal });
  begin();
};

/** What to say of a refusal that waiting does not mend; a passing one is thrown on. */
export const lastingWords = (error) => {
  if (error instanceof Refusal && error.isForeign)
    return `Closed here: something before the service answers with ${error.status}. Ask a node itself.`;
  if (!(error instanceof Refusal) || error.passes) throw error;
  return error.status === 401 || error.status === 403 ? "This is for an admin's token." : error.message;
};
