/** Whether this run is `npm run test:long`, which runs larger versions of some tests. */
export const isLongRun = process.env.TEST_SIZE === "long";

/** Returns the size of a test in this run: `short` in `npm test`, `long` in `npm run test:long`. */
export const sizeOf = <Size>({ short, long }: { readonly short: Size; readonly long: Size }): Size =>
  isLongRun ? long : short;
