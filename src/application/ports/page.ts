/** A page of a list, oldest first. `next` is the opaque cursor of the next page, or `null` at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };
