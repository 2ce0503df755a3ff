import { bestSellers } from "./best-sellers.js";
import { element } from "./element.js";
import { scheduleCurve } from "./schedule-curve.js";
import { sellOuts } from "./sell-outs.js";

const windows = ["1d", "3d", "7d", "30d", "all"];
const boards = ["fastest", "weekly"];

/** Returns the choices in an address, with defaults for those that are missing or invalid. */
const choicesIn = ({ params }) => ({
  window: windows.includes(params.get("window")) ? params.get("window") : "3d",
  board: boards.includes(params.get("board")) ? params.get("board") : "fastest",
  schedule: params.get("schedule"),
});

const addressWith = ({ window, board, schedule }) =>
  `#/boards?${new URLSearchParams({ window, board, ...(schedule !== null && { schedule }) })}`;

/** The view of all boards. A new choice updates only the part that it belongs to. */
export const boardsView = (main, place, signal) => {
  let choices = choicesIn(place);
  const addressOf = (change) => addressWith({ ...choices, ...change });
  const parts = [bestSellers(addressOf, signal), sellOuts(addressOf, signal), scheduleCurve(addressOf, signal)];
  main.append(element("h1", { tabindex: "-1" }, "Boards"), ...parts.map(({ card }) => card));
  const show = () => {
    for (const part of parts) part.show(choices);
  };
  show();
  return (nextPlace) => {
    choices = choicesIn(nextPlace);
    show();
  };
};
