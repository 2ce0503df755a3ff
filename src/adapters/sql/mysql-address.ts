import { isIP } from "node:net";

/** The only option of an address, as MySQL names it: TLS with a trusted certificate for that host. */
export const verifiedTls = "ssl-mode=VERIFY_IDENTITY";

/** Returns a host without the brackets of an IPv6 address. */
const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/**
 * Returns whether the text is `mysql://[user[:password]@]host[:port]/database`. With a host name it may end in
 * `?ssl-mode=VERIFY_IDENTITY`.
 */
export const isMysqlAddress = (given: string): boolean => {
  if (!URL.canParse(given)) return false;
  const { protocol, hostname, pathname, search } = new URL(given);
  // For an IP address the driver would look for `localhost` in the certificate.
  return (
    protocol === "mysql:" &&
    pathname.length > 1 &&
    (search === "" || (search === `?${verifiedTls}` && isIP(withoutBrackets(hostname)) === 0))
  );
};

/** Returns the driver's options for an address. Certificates are checked against Node's list and `NODE_EXTRA_CA_CERTS`. */
export const readMysqlAddress = (address: string) => {
  const { hostname, port, username, password, pathname, search } = new URL(address);
  return {
    host: withoutBrackets(decodeURIComponent(hostname)),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(search !== "" && { ssl: { rejectUnauthorized: true, verifyIdentity: true } }),
  };
};
