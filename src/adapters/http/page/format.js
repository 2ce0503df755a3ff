const counts = new Intl.NumberFormat("en");
const times = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const days = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** 12,345 */
export const formatCount = (number) => counts.format(number);

/** 14:03:09 in the browser's time zone. */
export const formatTime = (at) => times.format(new Date(at));

/** 21 Nov in the browser's time zone. */
export const formatDay = (at) => days.format(new Date(at));

/** The time; with the day unless it is today. */
export const formatMoment = (at, now = Date.now()) =>
  new Date(at).toDateString() === new Date(now).toDateString() ? formatTime(at) : `${formatDay(at)}, ${formatTime(at)}`;

/** A duration: 0.4 s, 12.3 s, 3 min 05 s, 2 h 10 min, 3 d 4 h. */
export const formatDuration = (ms) => {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [minutes, hours, fullDays] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${fullDays} d ${hours % 24} h`;
};

/** A countdown in whole seconds, rounded up (1:02:03): it shows 0:00:00 only when it has ended. */
export const formatCountdown = (ms) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [fullDays, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const rest = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  return `${fullDays > 0 ? `${fullDays} d ` : ""}${hours}:${rest.join(":")}`;
};

/** A coupon's discount: 10 % off, 3,000 off. */
export const formatDiscount = ({ type, value }) =>
  type === "percent" ? `${value} % off` : `${formatCount(value)} off`;

/** A movement on a board: a sign to show, a label for screen readers, and a kind for the style. */
export const movementLabel = (movement) => {
  if (movement === null) return { sign: "–", label: "no movement", kind: "none" };
  if (movement === "new") return { sign: "new", label: "new", kind: "up" };
  if (movement === 0) return { sign: "=", label: "same as yesterday", kind: "none" };
  return movement > 0
    ? { sign: `▲ ${movement}`, label: `up ${movement}`, kind: "up" }
    : { sign: `▼ ${-movement}`, label: `down ${-movement}`, kind: "down" };
};
