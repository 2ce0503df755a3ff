declare const held: unique symbol;

/** A symbol that carries the type of what it stands for, so that swapped or missing needs do not compile. */
export type Token<T> = symbol & { readonly [held]?: (value: T) => T };

export const token = <T>(name: string): Token<T> => Symbol(name);
