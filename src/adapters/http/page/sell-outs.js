import { choiceLinks } from "./choice-links.js";
import { element, section, setText, table } from "./element.js";
import { curlPost, exampleCommands, uniqueId } from "./example-commands.js";
import { formatCount, formatDuration, formatMoment } from "./format.js";
import { replaceItems } from "./replace-items.js";
import { followBoard } from "./shared-boards.js";
import { switchSource } from "./switch-source.js";

const boards = { fastest: "Fastest ever", weekly: "This week" };

const inHours = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
const emptyBoard = () => {
  const concertId = uniqueId("first-night");
  return exampleCommands(
    "No sell-outs yet. These commands put a concert on sale. It appears here when its last seat is paid.",
    curlPost("/concerts", { concertId, title: "First night" }),
    curlPost(`/concerts/${concertId}/schedules`, {
      scheduleId: uniqueId("first-evening"),
      startsAt: inHours(240),
      salesOpenAt: inHours(0),
      seats: 20,
      price: 50_000,
    }),
  );
};

const rowWith = (addressOf) => (sellOut) => {
  const { rank, title, scheduleId, seats, soldOutAt, elapsedMs } = sellOut;
  const link = element("a", { href: addressOf({ schedule: scheduleId }), "data-schedule": scheduleId }, title);
  return element(
    "tr",
    {},
    element("td", { class: "rank" }, formatCount(rank)),
    element("th", { scope: "row" }, link),
    element("td", { class: "number" }, formatCount(seats)),
    element("td", { class: "number" }, formatDuration(elapsedMs)),
    element("td", {}, formatMoment(soldOutAt)),
  );
};

/** The live board of the fastest sell-outs, of all time or of this week. Each row links to its curve. */
export const sellOuts = (addressOf, signal) => {
  const { box, body, title } = table("Sell-outs", ["Rank", "Concert", "Seats", "Sold out in", "At"]);
  const choices = choiceLinks("Board", boards, (board) => addressOf({ board }));
  const empty = element("div");
  const card = section("sell-outs", "Fastest sell-outs", choices.row, box, empty);
  box.hidden = true;

  const follow = switchSource(signal, (board, until) =>
    followBoard(until, "sell-outs", `soldOut:${board}`, ({ items, policy, week }) => {
      setText(title, `Sell-outs, ${week ?? "all time"}, ranked by policy ${policy}`);
      replaceItems(body, items.map(rowWith(addressOf)));
      box.hidden = items.length === 0;
      if (items.length > 0) empty.replaceChildren();
      else if (empty.childElementCount === 0) empty.append(emptyBoard());
    }),
  );
  return {
    card,
    show({ board }) {
      choices.select(board);
      for (const link of body.querySelectorAll("[data-schedule]"))
        link.setAttribute("href", addressOf({ schedule: link.dataset.schedule }));
      follow(board);
    },
  };
};
