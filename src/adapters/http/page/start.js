import { boardsView } from "./boards-view.js";
import { dropView } from "./drop-view.js";
import { pulse } from "./freshness.js";
import { healthView } from "./health-view.js";
import { poll } from "./live-source.js";
import { RequestError, requestText } from "./request.js";
import { startTokenDialog } from "./token-dialog.js";

const pulseMs = 3000;
const views = {
  drop: { title: "Drops", show: dropView },
  boards: { title: "Boards", show: boardsView },
  health: { title: "Health", show: healthView },
};
const main = document.getElementById("main");

/** Parses an address `#/view/id?params`. The default view is the list of drops. */
const placeOf = (hash) => {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name = "", id = ""] = path.split("/");
  const view = Object.hasOwn(views, name) ? name : "drop";
  return { view, id: /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : undefined, params: new URLSearchParams(query) };
};

let current;
let currentView = new AbortController();

const showPlace = (isFirst) => {
  const place = placeOf(location.hash);
  // A view that can update in place keeps the keyboard focus.
  if (current?.place.view === place.view && current.update !== undefined) return current.update(place);
  currentView.abort();
  currentView = new AbortController();
  main.replaceChildren();
  const { title, show } = views[place.view];
  document.title = `${title} · Rushboard`;
  for (const link of document.querySelectorAll("#views a"))
    if (link.hash === `#/${place.view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  current = { place, update: show(main, place, currentView.signal) };
  if (isFirst) return;
  scrollTo(0, 0);
  main.querySelector("h1")?.focus();
};

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => showPlace(false));
startTokenDialog();
showPlace(true);

let pulsePath = "/livez";
void poll(new AbortController().signal, pulse, async () => {
  await requestText(pulsePath).catch((error) => {
    if (pulsePath === "/" || !(error instanceof RequestError && error.isFromProxy)) throw error;
    // A proxy may block /livez. Then the page itself shows whether the service is reachable.
    pulsePath = "/";
    return requestText(pulsePath);
  });
  return pulseMs;
});
