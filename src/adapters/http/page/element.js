/**
 * Creates an element. Attributes named `on…` are listeners; `false` and `undefined` omit an attribute. Strings are added
 * as text nodes, so user input never becomes markup.
 */
export const element = (tag, attributes = {}, ...children) => {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) created.addEventListener(name.slice(2), value);
    else created.setAttribute(name, value === true ? "" : String(value));
  }
  created.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return created;
};

/** Sets the text of an element if it differs: screen readers announce a live region whenever it is set. */
export const setText = (target, text) => {
  if (target.textContent !== text) target.textContent = text;
};

/** A section with a heading, which is its accessible name. */
export const section = (id, title, ...children) =>
  element("section", { class: "card", "aria-labelledby": id }, element("h2", { id }, title), ...children);

/** A list of names and values. `set` changes the value of a key. */
export const factList = (names) => {
  const values = new Map(Object.keys(names).map((key) => [key, element("dd", { "data-fact": key }, "–")]));
  const rows = [...values].map(([key, value]) => element("div", {}, element("dt", {}, names[key]), value));
  return { list: element("dl", { class: "facts" }, rows), set: (key, text) => setText(values.get(key), text) };
};

/** A table in a box that scrolls sideways on a narrow screen, also by keyboard. */
export const table = (caption, heads) => {
  const body = element("tbody");
  const title = element("caption", {}, caption);
  const head = element(
    "tr",
    {},
    heads.map((text) => element("th", { scope: "col" }, text)),
  );
  const content = element("table", {}, title, element("thead", {}, head), body);
  const box = element("div", { class: "scroll", role: "group", tabindex: "0", "aria-label": caption }, content);
  return { box, body, title };
};
