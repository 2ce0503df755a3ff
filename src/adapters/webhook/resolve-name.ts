import type { LookupAddress } from "node:dns";
import { lookup, Resolver } from "node:dns/promises";

/** For each question to a name server, ms. */
const timeoutMs = 2000;

const addressesBy = async (name: string, family: 4 | 6): Promise<readonly LookupAddress[]> => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
  return addresses.map((address) => ({ address, family }));
};

/** The name server has answered, or there is none: the system's lookup does not have to wait for it. */
const isQuick = (error: unknown): boolean =>
  ["ENOTFOUND", "ENODATA", "ECONNREFUSED", "EBADNAME"].includes((error as NodeJS.ErrnoException).code ?? "");

/**
 * Returns the addresses of a name, IPv4 first. It asks the name servers itself, because the system's lookup occupies one
 * of the four threads of the process until they answer: four names that hang would stop all other targets. A name that
 * the name servers do not have is looked up by the system, which also reads `/etc/hosts` and search domains.
 */
export const resolveName = async (name: string): Promise<readonly LookupAddress[]> => {
  const [v4, v6] = await Promise.allSettled([addressesBy(name, 4), addressesBy(name, 6)]);
  const found = [v4, v6].flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (found.length > 0) return found;
  const failed = [v4, v6].find((result) => result.status === "rejected" && !isQuick(result.reason));
  if (failed?.status === "rejected") throw failed.reason;
  return lookup(name, { all: true });
};
