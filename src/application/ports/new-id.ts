/** A new UUID v7: unique everywhere, ascending in this process. */
export type NewId = () => string;
