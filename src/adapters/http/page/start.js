import { askText, Refusal } from "./ask.js";
import { boardsView } from "./boards-view.js";
import { dropView } from "./drop-view.js";
import { repeat } from "./follow.js";
import { pulse } from "./freshness.js";
import { healthView } from "./health-view.js";
import { startTokenDialog } from "./token-dialog.js";

const pulseMs = 3000;
const views = {
  drop: { title: "Drops", show: dropView },
  boards: { title: "Boards", show: boardsView },
  health: { title: "Health", show: healthView },
};
const main = document.getElementById("main");

/** The place that an address means: `#/view/id?params`; the drops where it means none. */
const placeOf = (hash) => {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name = "", id = ""] = path.split("/");
  const view = Object.hasOwn(views, name) ? name : "drop";
  return { view, id: /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : undefined, params: new URLSearchParams(query) };
};

let shown;
let leaving = new AbortController();

const go = (isFirst) => {
  const place = placeOf(location.hash);
  // A view that can change in place keeps the reader's focus where it is.
  if (shown?.place.view === place.view && shown.change !== undefined) return shown.change(place);
  leaving.abort();
  leaving = new AbortController();
  main.replaceChildren();
  const { title, show } = views[place.view];
  document.title = `${title} · Rushboard`;
  for (const link of document.querySelectorAll("#views a"))
    if (link.hash === `#/${place.view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  shown = { place, change: show(main, place, leaving.signal) };
  if (isFirst) return;
  scrollTo(0, 0);
  main.querySelector("h1")?.focus();
};

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => go(false));
startTokenDialog();
go(true);

let alive = "/livez";
void repeat(new AbortController().signal, pulse, async () => {
  await askText(alive).catch((error) => {
    if (alive === "/" || !(error instanceof Refusal && error.isForeign)) throw error;
    // Closed at a proxy, as it may be: then the page itself says whether the service is there.
    alive = "/";
    return askText(alive);
  });
  return pulseMs;
});
