/** The result of a comparison of boards with the database: how many members were compared, and how many differed. */
export type Comparison = { readonly entries: number; readonly drift: number };
