/** What a problem code is to a caller, and what the caller can do about it. */
export type Meaning = {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
  /** Seconds after which a retry may help. */
  readonly retryAfter?: number;
};
