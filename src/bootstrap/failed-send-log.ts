import type { Logger } from "pino";
import { isPlainlyPrivate } from "../adapters/webhook/public-address.js";
import type { ReportFailedSend } from "../application/ports/report-failed-send.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Config } from "./config.js";

/** Logs failed sends, and errors that ended the sending to one webhook. */
export const failedSendLog =
  (log: Logger): ReportFailedSend =>
  (failure) => {
    if (!(failure instanceof Error)) log.warn(failure, "webhook not delivered");
    else log[isBackendUnavailable(failure) ? "warn" : "error"]({ job: "webhooks", err: failure }, "job failed");
  };

/** Warns of a `WEBHOOK_URL` to which nothing is sent. */
export const warnOfPrivateTarget = ({ WEBHOOK_URL, WEBHOOK_ALLOW_PRIVATE }: Config, log: Logger): void => {
  if (WEBHOOK_URL !== undefined && !WEBHOOK_ALLOW_PRIVATE && isPlainlyPrivate(WEBHOOK_URL))
    log.warn(
      { setting: "WEBHOOK_URL" },
      "webhook target is a private address: nothing is sent unless WEBHOOK_ALLOW_PRIVATE=true",
    );
};
