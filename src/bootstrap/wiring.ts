import { ContainerModule } from "inversify";
import type { Token } from "./token.js";

type Value<T> = T extends Token<infer V> ? V : never;
type Values<D extends readonly symbol[]> = { [K in keyof D]: Value<D[K]> };

/** Binds `target` to what `build` makes of the values of `needs`, once a container. */
export type Wire = <T, const D extends readonly symbol[]>(
  target: Token<T>,
  needs: D,
  build: (...needs: Values<D>) => T,
) => void;

/** A list of bindings; two modules that bind one token are alternatives, never loaded together. */
export const wiring = (describe: (wire: Wire) => void): ContainerModule =>
  new ContainerModule(({ bind }) => {
    describe((target, needs, build) => {
      bind(target)
        .toResolvedValue(build as (...all: unknown[]) => unknown, needs as unknown as symbol[])
        .inSingletonScope();
    });
  });

/** `new Class(...)` as a function, for use cases whose constructor takes just what is wired. */
export const make =
  <A extends readonly unknown[], T>(Class: new (...needs: A) => T) =>
  (...needs: A): T =>
    new Class(...needs);

/** Binds `target` to a record of what other tokens stand for; a part that is missing does not compile. */
export const gather = <R extends object, Parts extends { readonly [Part in keyof R]: symbol }>(
  wire: Wire,
  target: Token<R>,
  parts: Parts & { readonly [Part in keyof R]: Value<Parts[Part]> extends R[Part] ? Parts[Part] : never },
): void => {
  const names = Object.keys(parts);
  wire(
    target,
    Object.values<symbol>(parts),
    (...values) => Object.fromEntries(names.map((n, i) => [n, values[i]])) as R,
  );
};
