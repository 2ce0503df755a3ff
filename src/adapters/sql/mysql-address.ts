import { isIP } from "node:net";

/** The one option of an address, in MySQL's own words: TLS, and a certificate that somebody known gave to that host. */
export const verifiedTls = "ssl-mode=VERIFY_IDENTITY";

/** A host without the brackets of IPv6. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/** Whether it is `mysql://[user[:password]@]host[:port]/database`, or that with `?ssl-mode=VERIFY_IDENTITY` and a host's name. */
export const isMysqlAddress = (given: string): boolean => {
  if (!URL.canParse(given)) return false;
  const { protocol, hostname, pathname, search } = new URL(given);
  // The driver would look for `localhost` in the certificate of a bare address.
  return (
    protocol === "mysql:" &&
    pathname.length > 1 &&
    (search === "" || (search === `?${verifiedTls}` && isIP(bare(hostname)) === 0))
  );
};

/** What the driver is told of an address. Certificates are checked against Node's list and `NODE_EXTRA_CA_CERTS`. */
export const readMysqlAddress = (address: string) => {
  const { hostname, port, username, password, pathname, search } = new URL(address);
  return {
    host: bare(decodeURIComponent(hostname)),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(search !== "" && { ssl: { rejectUnauthorized: true, verifyIdentity: true } }),
  };
};
