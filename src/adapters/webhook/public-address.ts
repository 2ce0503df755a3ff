import { BlockList, isIP } from "node:net";

/** IPv4 that is not public: this network, private, shared, loopback, link-local, tests, multicast, reserved. */
const nonPublic: readonly (readonly [net: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Azure answers here with the metadata of the machine.
  ["168.63.129.16", 32],
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
/** IPv6 prefixes that contain an IPv4 address: mapped, and translated (NAT64). */
const embedding = ["::ffff:", "64:ff9b::"];

const refused = new BlockList();
for (const [net, prefix] of nonPublic) {
  refused.addSubnet(net, prefix, "ipv4");
  for (const prefix6 of embedding) refused.addSubnet(`${prefix6}${net}`, 96 + prefix, "ipv6");
}
// Special purposes (including Teredo), documentation, and 6to4, which can lead to any IPv4 address.
refused.addSubnet("2001::", 23, "ipv6");
refused.addSubnet("2001:db8::", 32, "ipv6");
refused.addSubnet("2002::", 16, "ipv6");
refused.addSubnet("3fff::", 20, "ipv6");

/** The global part of IPv6. The rest is local or not allocated. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");
for (const prefix6 of embedding) global.addSubnet(`${prefix6}0.0.0.0`, 96, "ipv6");

/** Returns the URL's host, an IPv6 address without brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** Whether the URL names this machine or a private network by an IP address or `localhost`, so without a lookup. */
export const isPlainlyPrivate = (url: string): boolean => {
  const host = hostOf(new URL(url));
  return host === "localhost" || (isIP(host) !== 0 && !isPublicAddress(host));
};

/** Whether the IP address is on the public internet. */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 4) return !refused.check(address, "ipv4");
  return (
    isIP(address) === 6 && !address.includes("%") && global.check(address, "ipv6") && !refused.check(address, "ipv6")
  );
};

/** Whether the port is one of HTTP, or one that no system service uses: so no request reaches a mail or SSH server. */
export const isPublicPort = ({ port }: URL): boolean =>
  port === "" || port === "80" || port === "443" || Number(port) >= 1024;
