import { bestSellers } from "./best-sellers.js";
import { element } from "./element.js";
import { scheduleCurve } from "./schedule-curve.js";
import { sellOuts } from "./sell-outs.js";

const windows = ["1d", "3d", "7d", "30d", "all"];
const boards = ["fastest", "weekly"];

/** What an address asks for, with what it leaves open filled in. */
const wantedOf = ({ params }) => ({
  window: windows.includes(params.get("window")) ? params.get("window") : "3d",
  board: boards.includes(params.get("board")) ? params.get("board") : "fastest",
  schedule: params.get("schedule"),
});

/** An address of the boards as they are, but for what is to change. */
const addressOf = (wanted, change) => {
  const { window, board, schedule } = { ...wanted, ...change };
  return `#/boards?${new URLSearchParams({ window, board, ...(schedule !== null && { schedule }) })}`;
};

/** The boards that everyone watches; a new choice changes its own part only. */
export const boardsView = (main, place, signal) => {
  let wanted = wantedOf(place);
  const to = (change) => addressOf(wanted, change);
  const parts = [bestSellers(to, signal), sellOuts(to, signal), scheduleCurve(to, signal)];
  main.append(element("h1", { tabindex: "-1" }, "Boards"), ...parts.map(({ card }) => card));
  const show = () => {
    for (const part of parts) part.show(wanted);
  };
  show();
  return (next) => {
    wanted = wantedOf(next);
    show();
  };
};
