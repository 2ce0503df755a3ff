import { announce } from "./announce.js";
import { curve, Samples } from "./curve.js";
import { element, factList, section, setText } from "./element.js";
import { formatCount, formatDuration, formatMoment } from "./format.js";
import { poll } from "./live-source.js";
import { apiRoot, RequestError, requestAll, requestJson } from "./request.js";
import { serviceNow } from "./service-clock.js";
import { switchSource } from "./switch-source.js";

const maxItems = 1000;
const factNames = { reserved: "Sold", held: "Held", available: "Available", total: "Total", duration: "Sold out in" };

const setOptions = (select, options, selected) =>
  select.replaceChildren(
    ...options.map(([value, label]) => element("option", { value, selected: value === selected }, label)),
  );

/** Returns the points of the curve: the opening, the samples taken by this page, and the sell-out. */
const pointsOf = ({ salesOpenAt, soldOutAt, total }, samples) => {
  const [openedAt, endedAt] = [Date.parse(salesOpenAt), soldOutAt === undefined ? undefined : Date.parse(soldOutAt)];
  const sampled = samples.points.filter(({ at }) => at > openedAt && (endedAt === undefined || at < endedAt));
  const end = endedAt === undefined ? [] : [{ at: endedAt, value: total }];
  return openedAt > serviceNow() ? [] : [{ at: openedAt, value: 0 }, ...sampled, ...end];
};

const captionOf = ({ reserved, total, salesOpenAt, soldOutAt }) => {
  if (soldOutAt !== undefined) return `All ${formatCount(total)} seats were sold at ${formatMoment(soldOutAt)}.`;
  if (Date.parse(salesOpenAt) > serviceNow()) return `Sales open at ${formatMoment(salesOpenAt)}.`;
  return `${formatCount(reserved)} of ${formatCount(total)} seats sold since ${formatMoment(salesOpenAt)}.`;
};

const labeled = (id, label, select) =>
  element("p", { class: "field" }, element("label", { class: "name", for: id }, label), select);

/** The number of sold seats of one schedule over time, from its opening to its last payment. */
export const scheduleCurve = (addressOf, signal) => {
  const openSchedule = () => {
    location.hash = addressOf({ schedule: schedules.value });
  };
  const schedules = element("select", { id: "schedule", onchange: openSchedule });
  const concerts = element("select", { id: "concert", onchange: () => void openConcert(concerts.value) });
  const chart = curve("Sold", signal);
  const facts = factList(factNames);
  const fields = element(
    "div",
    { class: "row" },
    labeled("concert", "Concert", concerts),
    labeled("schedule", "Schedule", schedules),
  );
  const body = element("div", {}, fields, facts.list, chart.figure);
  const message = element("p", { class: "muted" }, "No concerts yet.");
  body.hidden = true;
  const card = section("sell-out-curve", "Sell-out curve", message, body);

  /** Fills the field with the schedules of a concert and selects one, by default the newest. */
  const listSchedules = async (concertId, selected) => {
    const found = await requestAll(`${apiRoot}/concerts/${concertId}/schedules`, maxItems, { signal });
    const options = found.map(({ scheduleId, startsAt }) => [scheduleId, `${formatMoment(startsAt)} (${scheduleId})`]);
    setOptions(schedules, options, selected ?? options.at(-1)?.[0]);
    return schedules.value;
  };
  const openConcert = async (concertId) => {
    await listSchedules(concertId, undefined).catch(() => {});
    if (schedules.value !== "") openSchedule();
  };

  const follow = switchSource(signal, (selectedId, until) => {
    let scheduleId = selectedId;
    let previous;
    const samples = new Samples();
    /** Fills both fields and returns the selected schedule's id, by default the newest; undefined if there is none. */
    const fillFields = async () => {
      const allConcerts = await requestAll(`${apiRoot}/concerts`, maxItems, { signal: until });
      const selected =
        scheduleId === null ? {} : await requestJson(`${apiRoot}/schedules/${scheduleId}`, { signal: until });
      const concertId = selected.concertId ?? allConcerts.at(-1)?.concertId;
      if (concertId === undefined) return undefined;
      const options = allConcerts.map((concert) => [concert.concertId, concert.title]);
      setOptions(concerts, options, concertId);
      return (await listSchedules(concertId, scheduleId ?? undefined)) || undefined;
    };
    const update = async () => {
      if (previous === undefined) scheduleId = (await fillFields()) ?? null;
      body.hidden = scheduleId === null;
      setText(message, scheduleId === null ? "No concerts yet." : "");
      if (scheduleId === null) return 3000;
      const schedule = await requestJson(`${apiRoot}/schedules/${scheduleId}`, { signal: until });
      const { salesOpenAt, soldOutAt } = schedule;
      if (previous !== undefined && previous.soldOutAt !== soldOutAt) announce("Sold out");
      previous = schedule;
      samples.add(serviceNow(), schedule.reserved);
      for (const name of ["reserved", "held", "available", "total"]) facts.set(name, formatCount(schedule[name]));
      const duration = soldOutAt && formatDuration(Date.parse(soldOutAt) - Date.parse(salesOpenAt));
      facts.set("duration", duration ?? "–");
      chart.show(pointsOf(schedule, samples), schedule.total, captionOf(schedule));
      return soldOutAt === undefined ? 1000 : 5000;
    };
    void poll(until, "schedule", () =>
      update().catch((error) => {
        if (!(error instanceof RequestError) || error.isRetryable) throw error;
        body.hidden = true;
        setText(message, `There is no schedule ${scheduleId}.`);
        return null;
      }),
    );
  });
  return { card, show: ({ schedule }) => follow(schedule) };
};
