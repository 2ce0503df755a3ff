const counts = new Intl.NumberFormat("en");
const times = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const days = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** 12,345 */
export const count = (number) => counts.format(number);

/** 14:03:09, in the reader's own time zone. */
export const timeOf = (at) => times.format(new Date(at));

/** 21 Nov, as the reader's own calendar has it. */
export const dayOf = (at) => days.format(new Date(at));

/** The time, with its day where that is not today. */
export const momentOf = (at, now = Date.now()) =>
  new Date(at).toDateString() === new Date(now).toDateString() ? timeOf(at) : `${dayOf(at)}, ${timeOf(at)}`;

/** A length of time: 0.4 s, 12.3 s, 3 min 05 s, 2 h 10 min, 3 d 4 h. */
export const lengthOf = (ms) => {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [minutes, hours, whole] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${whole} d ${hours % 24} h`;
};

/** What is left of a countdown: whole seconds, as 1:02:03, so that it reads 0:00:00 only when it is over. */
export const countdownOf = (ms) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const rest = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  return `${days > 0 ? `${days} d ` : ""}${hours}:${rest.join(":")}`;
};

/** What a discount is worth. */
export const discountOf = ({ type, value }) => (type === "percent" ? `${value} % off` : `${count(value)} off`);

/** A movement on a board, as a sign for the eye and words for the ear. */
export const movementOf = (movement) => {
  if (movement === null) return { sign: "–", words: "no movement", kind: "none" };
  if (movement === "new") return { sign: "new", words: "new", kind: "up" };
  if (movement === 0) return { sign: "=", words: "as yesterday", kind: "none" };
  return movement > 0
    ? { sign: `▲ ${movement}`, words: `up ${movement}`, kind: "up" }
    : { sign: `▼ ${-movement}`, words: `down ${-movement}`, kind: "down" };
};
