import { announce } from "./announce.js";
import { api, ask, askAll, Refusal } from "./ask.js";
import { curve, Samples } from "./curve.js";
import { element, factList, section, setText } from "./element.js";
import { repeat } from "./follow.js";
import { serviceNow } from "./service-clock.js";
import { watchedPart } from "./watched-part.js";
import { count, lengthOf, momentOf } from "./words.js";

const most = 1000;
const names = { reserved: "Sold", held: "Held", available: "Available", total: "In all", took: "Sold out in" };

const fill = (select, choices, chosen) =>
  select.replaceChildren(
    ...choices.map(([value, words]) => element("option", { value, selected: value === chosen }, words)),
  );

/** The points that are known whoever was watching, and what was seen between them. */
const pointsOf = ({ salesOpenAt, soldOutAt, total }, samples) => {
  const [opened, ended] = [Date.parse(salesOpenAt), soldOutAt === undefined ? undefined : Date.parse(soldOutAt)];
  const seen = samples.points.filter(({ at }) => at > opened && (ended === undefined || at < ended));
  const end = ended === undefined ? [] : [{ at: ended, value: total }];
  return opened > serviceNow() ? [] : [{ at: opened, value: 0 }, ...seen, ...end];
};

const sentenceOf = ({ reserved, total, salesOpenAt, soldOutAt }) => {
  if (soldOutAt !== undefined) return `All ${count(total)} seats were sold at ${momentOf(soldOutAt)}.`;
  if (Date.parse(salesOpenAt) > serviceNow()) return `Sales open ${momentOf(salesOpenAt)}.`;
  return `${count(reserved)} of ${count(total)} seats sold since ${momentOf(salesOpenAt)}.`;
};

/** How fast the seats of one schedule go: from its opening, as far as it was watched here, to its last payment. */
export const scheduleCurve = (to, signal) => {
  const pick = (select) => {
    location.hash = to({ schedule: select.value });
  };
  const schedules = element("select", { id: "schedule", onchange: () => pick(schedules) });
  const concerts = element("select", { id: "concert", onchange: () => void choose(concerts.value) });
  const field = (id, words, select) =>
    element("p", { class: "field" }, element("label", { class: "name", for: id }, words), select);
  const chart = curve("Sold", signal);
  const facts = factList(names);
  const fields = element(
    "div",
    { class: "row" },
    field("concert", "Concert", concerts),
    field("schedule", "Schedule", schedules),
  );
  const body = element("div", {}, fields, facts.list, chart.figure);
  const words = element("p", { class: "muted" }, "No concert is on sale yet.");
  body.hidden = true;
  const card = section("sell-out-curve", "Sell-out curve", words, body);

  const offer = async (concertId, chosen) => {
    const found = await askAll(`${api}/concerts/${concertId}/schedules`, most, { signal });
    const choices = found.map(({ scheduleId, startsAt }) => [scheduleId, `${momentOf(startsAt)} (${scheduleId})`]);
    fill(schedules, choices, chosen ?? choices.at(-1)?.[0]);
    return schedules.value;
  };
  const choose = async (concertId) => {
    await offer(concertId, undefined).catch(() => {});
    if (schedules.value !== "") pick(schedules);
  };

  const watch = watchedPart(signal, (wanted, until) => {
    let scheduleId = wanted;
    let before;
    const samples = new Samples();
    /** Chooses the newest where none is wanted, and fills the fields to go with it. */
    const find = async () => {
      const titles = await askAll(`${api}/concerts`, most, { signal: until });
      const { concertId = titles.at(-1)?.concertId } =
        scheduleId === null ? {} : await ask(`${api}/schedules/${scheduleId}`, { signal: until });
      if (concertId === undefined) return undefined;
      fill(
        concerts,
        titles.map((concert) => [concert.concertId, concert.title]),
        concertId,
      );
      return (await offer(concertId, scheduleId ?? undefined)) || undefined;
    };
    const look = async () => {
      if (before === undefined) scheduleId = (await find()) ?? null;
      body.hidden = scheduleId === null;
      setText(words, scheduleId === null ? "No concert is on sale yet." : "");
      if (scheduleId === null) return 3000;
      const found = await ask(`${api}/schedules/${scheduleId}`, { signal: until });
      if (before?.soldOutAt !== found.soldOutAt && before !== undefined) announce("Sold out");
      before = found;
      samples.add(serviceNow(), found.reserved);
      for (const name of ["reserved", "held", "available", "total"]) facts.set(name, count(found[name]));
      const took = found.soldOutAt && lengthOf(Date.parse(found.soldOutAt) - Date.parse(found.salesOpenAt));
      facts.set("took", took ?? "–");
      chart.show(pointsOf(found, samples), found.total, sentenceOf(found));
      return found.soldOutAt === undefined ? 1000 : 5000;
    };
    void repeat(until, "schedule", () =>
      look().catch((error) => {
        if (!(error instanceof Refusal) || error.passes) throw error;
        body.hidden = true;
        setText(words, `There is no schedule ${scheduleId}.`);
        return null;
      }),
    );
  });
  return { card, show: ({ schedule }) => watch(schedule) };
};
