import type { ApplicationSettings, Ports } from "./ports.js";

type Given = Ports & ApplicationSettings;
type Class<T> = abstract new (...needs: never[]) => T;

/** The names of the ports and settings of exactly the type `T`. */
type NameOf<T> = {
  [Name in keyof Given]: [Given[Name], T] extends [T, Given[Name]] ? Name : never;
}[keyof Given];

type SingleNeed<T> = NameOf<T> | Class<T>;

/** What a constructor parameter is filled with: a port or setting by its name, a use case by its class, or a record of these. */
export type Need<T> =
  | SingleNeed<T>
  | (T extends object ? { readonly [Field in keyof T]: SingleNeed<T[Field]> } : never);

/** One need per constructor parameter. */
type NeedsOf<Parameters extends readonly unknown[]> = { [I in keyof Parameters]: Need<Parameters[I]> };

/** A use case and what its constructor takes. */
export type UseCase<T> = {
  readonly Class: Class<T>;
  readonly needs: readonly unknown[];
  readonly build: (...values: never[]) => T;
};

/** A row of the table: the class, then one need per constructor parameter. A missing or swapped need does not compile. */
export const useCase = <C extends new (...values: never[]) => unknown>(
  Class: C,
  ...needs: NeedsOf<ConstructorParameters<C>>
): UseCase<InstanceType<C>> => ({
  Class: Class as Class<InstanceType<C>>,
  needs,
  build: (...values) => new Class(...values) as InstanceType<C>,
});
