import { announce } from "./announce.js";
import { api, ask, Refusal } from "./ask.js";
import { element, section, setText } from "./element.js";
import { repeat } from "./follow.js";
import { lastingWords, withToken } from "./operator-part.js";
import { count, momentOf } from "./words.js";

const everyMs = 3000;
const path = `${api}/admin/dead-letters`;

/** What is on the button is heard too, with the letter that it is for. */
const label = (button, words, { type, group }) => {
  setText(button, words);
  button.setAttribute("aria-label", `${words}: ${type} for ${group}`);
};

const replay = async (letter, button, signal) => {
  button.disabled = true;
  try {
    await ask(`${path}/${letter.id}/replay`, { method: "POST", signal });
    label(button, "Sent again", letter);
    announce("The letter is delivered again");
  } catch (error) {
    button.disabled = false;
    announce(error instanceof Refusal ? error.message : "No answer. Please try again.");
    label(button, "Not replayed, try again", letter);
  }
};

const letterItem = (letter, signal) => {
  const { id, type, group, error, attempts, at, event } = letter;
  const button = element("button", { type: "button" });
  label(button, "Replay", letter);
  button.addEventListener("click", () => void replay(letter, button, signal));
  const text = typeof event === "string" ? event : JSON.stringify(event, null, 2);
  const pre = element("pre", { tabindex: "0", role: "group", "aria-label": "The event" }, text);
  return element(
    "li",
    { "data-letter": id },
    element("p", {}, element("strong", {}, type), ` for ${group}, ${momentOf(at)}, after ${count(attempts)} tries`),
    element("p", { class: "error" }, error),
    element("details", {}, element("summary", {}, "The event"), pre),
    button,
  );
};

/** What could not be delivered, with a button to deliver it again. */
export const deadLetters = (signal) => {
  const list = element("ul", { class: "letters" });
  const words = element("p", { class: "muted" });
  const say = (text) => {
    list.replaceChildren();
    setText(words, text);
  };
  const show = (items) => {
    const kept = new Map([...list.children].map((item) => [item.dataset.letter, item]));
    // A letter that stays keeps its element, and with it the focus and whether it is unfolded.
    const wanted = items.map((item) => kept.get(item.id) ?? letterItem(item, signal));
    for (const [id, item] of kept) if (!items.some((each) => each.id === id)) item.remove();
    for (const item of wanted) if (!item.isConnected) list.append(item);
    setText(words, items.length === 0 ? "None: everything was delivered." : `${count(items.length)} on this page`);
  };
  withToken(
    signal,
    () => say("Dead letters are for an admin's token: give it with the button above."),
    (until) =>
      void repeat(until, "dead letters", async () => {
        try {
          show((await ask(`${path}?limit=50`, { signal: until })).items);
          return everyMs;
        } catch (error) {
          say(lastingWords(error));
          return null;
        }
      }),
  );
  return section("dead-letters", "Dead letters", words, list);
};
