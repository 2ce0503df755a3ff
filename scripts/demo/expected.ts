import type { Reply } from "../../bench/rehearsal/client.js";

/**
 * The body of an answer that is to be a success.
 * @throws Error that names what was asked, where it is none
 */
export const expected = ({ status, body }: Reply, what: string): Reply["body"] => {
  if (status < 200 || status > 299) throw new Error(`${what} answered ${status} ${JSON.stringify(body)}`);
  return body;
};
