/** A send that failed. `failed`: it was the last attempt. */
export type FailedSend = {
  readonly webhook: string;
  readonly eventId: string;
  readonly error: string;
  readonly attempts: number;
  readonly failed: boolean;
};

/** Receives each failed send, and each error that ended the sending to one webhook until the next second. */
export type ReportFailedSend = (failure: FailedSend | Error) => void;
