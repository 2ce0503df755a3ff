/** A page of a list, oldest first; `next` is opaque and `null` at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };
