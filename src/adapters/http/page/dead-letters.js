import { permanentErrorText, withToken } from "./admin-access.js";
import { announce } from "./announce.js";
import { element, section, setText } from "./element.js";
import { formatCount, formatMoment } from "./format.js";
import { poll } from "./live-source.js";
import { apiRoot, RequestError, requestJson } from "./request.js";

const pollMs = 3000;
const path = `${apiRoot}/admin/dead-letters`;

/** Sets the text of a button; its accessible name also names the dead letter. */
const setLabel = (button, text, { type, group }) => {
  setText(button, text);
  button.setAttribute("aria-label", `${text}: ${type} for ${group}`);
};

const replay = async (letter, button, signal) => {
  button.disabled = true;
  try {
    await requestJson(`${path}/${letter.id}/replay`, { method: "POST", signal });
    setLabel(button, "Replayed", letter);
    announce("The dead letter was replayed");
  } catch (error) {
    button.disabled = false;
    announce(error instanceof RequestError ? error.message : "No response. Please try again.");
    setLabel(button, "Replay failed, try again", letter);
  }
};

const letterItem = (letter, signal) => {
  const { id, type, group, error, attempts, at, event } = letter;
  const button = element("button", { type: "button" });
  setLabel(button, "Replay", letter);
  button.addEventListener("click", () => void replay(letter, button, signal));
  const text = typeof event === "string" ? event : JSON.stringify(event, null, 2);
  const pre = element("pre", { tabindex: "0", role: "group", "aria-label": "Event" }, text);
  const tries = `${formatCount(attempts)} attempts`;
  return element(
    "li",
    { "data-letter": id },
    element("p", {}, element("strong", {}, type), ` for ${group}, ${formatMoment(at)}, after ${tries}`),
    element("p", { class: "error" }, error),
    element("details", {}, element("summary", {}, "Event"), pre),
    button,
  );
};

/** The events that could not be processed, each with a button that replays it. */
export const deadLetters = (signal) => {
  const list = element("ul", { class: "letters" });
  const message = element("p", { class: "muted" });
  const showMessage = (text) => {
    list.replaceChildren();
    setText(message, text);
  };
  const show = (letters) => {
    const existing = new Map([...list.children].map((item) => [item.dataset.letter, item]));
    // A letter that remains keeps its element, and so its focus and whether its details are open.
    const items = letters.map((letter) => existing.get(letter.id) ?? letterItem(letter, signal));
    for (const [id, item] of existing) if (!letters.some((letter) => letter.id === id)) item.remove();
    for (const item of items) if (!item.isConnected) list.append(item);
    setText(
      message,
      letters.length === 0 ? "None: all events were processed." : `${formatCount(letters.length)} shown`,
    );
  };
  withToken(
    signal,
    () => showMessage("Dead letters require an admin token. Use the Token button above."),
    (until) =>
      void poll(until, "dead letters", async () => {
        try {
          show((await requestJson(`${path}?limit=50`, { signal: until })).items);
          return pollMs;
        } catch (error) {
          showMessage(permanentErrorText(error));
          return null;
        }
      }),
  );
  return section("dead-letters", "Dead letters", message, list);
};
