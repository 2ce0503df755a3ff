import { api } from "./ask.js";
import { choiceLinks } from "./choice-links.js";
import { element, section, setText, table } from "./element.js";
import { curlPost, firstSteps, freshId } from "./first-steps.js";
import { follow } from "./follow.js";
import { redraw } from "./redraw.js";
import { watchedPart } from "./watched-part.js";
import { count, lengthOf, momentOf } from "./words.js";

const boards = { fastest: "Fastest ever", weekly: "This week" };
const shown = 10;

const hours = (n) => new Date(Date.now() + n * 3_600_000).toISOString();
const nothing = () => {
  const concertId = freshId("first-night");
  return firstSteps(
    "No concert has sold out here. These commands put one on sale; when its last seat is paid for, it ranks by itself.",
    curlPost("/concerts", { concertId, title: "First night" }),
    curlPost(`/concerts/${concertId}/schedules`, {
      scheduleId: freshId("first-evening"),
      startsAt: hours(240),
      salesOpenAt: hours(0),
      seats: 20,
      price: 50_000,
    }),
  );
};

const row = (to) => (sellOut) => {
  const { rank, title, scheduleId, seats, soldOutAt, elapsedMs } = sellOut;
  const link = element("a", { href: to({ schedule: scheduleId }), "data-schedule": scheduleId }, title);
  return element(
    "tr",
    {},
    element("td", { class: "rank" }, count(rank)),
    element("th", { scope: "row" }, link),
    element("td", { class: "number" }, count(seats)),
    element("td", { class: "number" }, lengthOf(elapsedMs)),
    element("td", {}, momentOf(soldOutAt)),
  );
};

/** The fastest sell-outs, of all time or of this week, as they come; each leads to its curve. */
export const sellOuts = (to, signal) => {
  const { box, body, title } = table("Sell-outs", ["Rank", "Concert", "Seats", "Sold out in", "At"]);
  const choices = choiceLinks("Board", boards, (board) => to({ board }));
  const empty = element("div");
  const card = section("sell-outs", "Fastest sell-outs", choices.row, box, empty);
  box.hidden = true;

  const watch = watchedPart(signal, (board, until) =>
    follow(until, "sell-outs", `${api}/rankings/sold-out/events?board=${board}&limit=${shown}`, {
      board({ items, policy, week }) {
        setText(title, `Sell-outs, ${week ?? "all time"}, by the policy ${policy}`);
        redraw(body, items.map(row(to)));
        box.hidden = items.length === 0;
        if (items.length > 0) empty.replaceChildren();
        else if (empty.childElementCount === 0) empty.append(nothing());
      },
    }),
  );
  return {
    card,
    show(wanted) {
      choices.choose(wanted.board, (board) => to({ board }));
      for (const link of body.querySelectorAll("[data-schedule]"))
        link.setAttribute("href", to({ schedule: link.dataset.schedule }));
      watch(wanted.board);
    },
  };
};
