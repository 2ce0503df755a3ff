let offsetMs = Number.NEGATIVE_INFINITY;

/**
 * Estimates the offset of the service's clock from a `Date` header. The header is truncated to the second and arrives
 * late, so each one is a lower bound of the offset. The largest bound is the best estimate.
 */
export const recordServerDate = (header) => {
  const date = Date.parse(header ?? "");
  if (!Number.isNaN(date)) offsetMs = Math.max(offsetMs, date - Date.now());
};

/** Returns the service's time in ms. Never ahead of the service, so a countdown never ends too early. */
export const serviceNow = () => Date.now() + (Number.isFinite(offsetMs) ? offsetMs : 0);
