import type { Reply } from "../../bench/rehearsal/client.js";

/** Returns the body of a successful reply. @throws Error with the request and the reply if it is not successful */
export const successBody = ({ status, body }: Reply, request: string): Reply["body"] => {
  if (status < 200 || status > 299) throw new Error(`${request} returned ${status} ${JSON.stringify(body)}`);
  return body;
};
