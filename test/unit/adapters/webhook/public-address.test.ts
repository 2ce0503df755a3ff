import { describe, expect, it } from "vitest";
import { isPlainlyPrivate, isPublicAddress } from "../../../../src/adapters/webhook/public-address.js";

describe("isPublicAddress", () => {
  it.each([
    ...["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "172.15.255.255"],
    ...["172.32.0.0", "192.167.255.255", "192.169.0.0", "198.20.0.0", "223.255.255.255"],
    ...["2606:4700:4700::1111", "2a00::1", "::ffff:1.1.1.1", "::ffff:101:101", "64:ff9b::8.8.8.8"],
  ])("accepts %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    // Unspecified and "this network", loopback, private, shared, link-local, tests, multicast, reserved, broadcast.
    ...["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255"],
    ...["192.168.1.1", "100.64.0.1", "100.127.255.255", "169.254.169.254", "192.0.0.8", "198.18.0.1", "203.0.113.7"],
    // Metadata of clouds: Azure, Alibaba, Oracle, AWS over IPv6.
    ...["168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"],
    ...["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
    // Unspecified, loopback, unique-local, link-local, deprecated site-local, multicast, not allocated.
    ...["::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "4000::1"],
    // Embedded IPv4: mapped in both notations, compatible, NAT64, 6to4, Teredo. Documentation.
    ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::10.0.0.1"],
    ...["64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1"],
    // Not an IP address.
    ...["", "localhost", "127.1", "1.1.1.1%eth0"],
  ])("rejects %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("isPlainlyPrivate", () => {
  it.each(["http://127.0.0.1:9/h", "http://localhost/h", "http://[::1]/h", "https://10.0.0.1/h"])(
    "accepts %s",
    (url) => {
      expect(isPlainlyPrivate(url)).toBe(true);
    },
  );

  it.each(["https://1.1.1.1/h", "https://shop.example/h", "https://intranet/h"])("rejects %s", (url) => {
    expect(isPlainlyPrivate(url)).toBe(false);
  });
});
