import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { hostOf, isPublicAddress, isPublicPort } from "./public-address.js";

/** Returns all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/** Resolves the name of one target for its connections, and rejects addresses that are not public. */
export class CheckedLookup {
  private readonly resolve: Resolve;
  private readonly allowPrivate: boolean;
  private resolving: Promise<readonly LookupAddress[]> | undefined;

  /** @param allowPrivate whether every address and port is accepted */
  constructor(resolve: Resolve, allowPrivate: boolean) {
    this.resolve = resolve;
    this.allowPrivate = allowPrivate;
  }

  /** Checks what no lookup checks: the port, and an IP address in the URL. @throws Error if it is not public */
  checkUrl(url: URL): void {
    if (!this.allowPrivate && !isPublicPort(url))
      throw new Error(`not sent: ${url.port} is not 80, 443 or at least 1024, the ports that a target may have`);
    const literal = hostOf(url);
    if (isIP(literal) !== 0) this.permitted([{ address: literal, family: isIP(literal) }]);
  }

  /** Checks the addresses that are used for the connection: a later lookup of the name may return others. */
  readonly lookup: LookupFunction = (name, { all }, callback) => {
    this.addressesOf(name)
      .then((found) => this.permitted(found))
      .then(
        ([first, ...others]) =>
          all ? callback(null, [first, ...others]) : callback(null, first.address, first.family),
        (error) => callback(error, []),
      );
  };

  /** Concurrent connections share one lookup. */
  private addressesOf(name: string): Promise<readonly LookupAddress[]> {
    this.resolving ??= this.resolve(name).finally(() => {
      this.resolving = undefined;
    });
    return this.resolving;
  }

  private permitted(found: readonly LookupAddress[]): readonly [LookupAddress, ...LookupAddress[]] {
    const [first, ...others] = found.filter(({ address }) => this.allowPrivate || isPublicAddress(address));
    if (first !== undefined) return [first, ...others];
    throw new Error(`not sent: ${found.map(({ address }) => address).join(", ")} is not a public address`);
  }
}
