import { BlockList, isIP } from "node:net";

/** What is no public address of IPv4: this network, private, shared, loopback, link-local, tests, multicast, reserved. */
const elsewhere: readonly (readonly [net: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** IPv6 that stands for an address of IPv4: mapped, and translated (NAT64). */
const embedding = ["::ffff:", "64:ff9b::"];

const refused = new BlockList();
for (const [net, prefix] of elsewhere) {
  refused.addSubnet(net, prefix, "ipv4");
  for (const before of embedding) refused.addSubnet(`${before}${net}`, 96 + prefix, "ipv6");
}
// Special purposes (Teredo among them), documentation, and 6to4, which could lead anywhere.
refused.addSubnet("2001::", 23, "ipv6");
refused.addSubnet("2001:db8::", 32, "ipv6");
refused.addSubnet("2002::", 16, "ipv6");
refused.addSubnet("3fff::", 20, "ipv6");

/** In IPv6 only what is known to be global may be: the rest is local, or not given out yet. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");
for (const before of embedding) global.addSubnet(`${before}0.0.0.0`, 96, "ipv6");

/** A URL's host, an address of IPv6 without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** Whether a URL names this machine or a private network without anybody's help: by an address, or as `localhost`. */
export const isPlainlyPrivate = (url: string): boolean => {
  const host = hostOf(new URL(url));
  return host === "localhost" || (isIP(host) !== 0 && !isPublicAddress(host));
};

/** Whether the address lies in the public internet, beyond this machine and the networks that it is in. */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 4) return !refused.check(address, "ipv4");
  return (
    isIP(address) === 6 && !address.includes("%") && global.check(address, "ipv6") && !refused.check(address, "ipv6")
  );
};
