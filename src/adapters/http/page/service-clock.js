let aheadMs = Number.NEGATIVE_INFINITY;

/**
 * Learns from an answer's `Date`. That is cut to the second and has travelled, so each one is a lower bound of how far
 * the service's clock is ahead of ours; the greatest of them is the best.
 */
export const hearDate = (header) => {
  const date = Date.parse(header ?? "");
  if (!Number.isNaN(date)) aheadMs = Math.max(aheadMs, date - Date.now());
};

/** The service's time, ms; never ahead of it, so that nothing here opens too early. */
export const serviceNow = () => Date.now() + (Number.isFinite(aheadMs) ? aheadMs : 0);
