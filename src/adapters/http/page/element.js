/**
 * Makes an element. `on…` attributes are listeners, `false` and `undefined` leave an attribute out. Text goes in as
 * text, so that nothing which somebody has named can become markup.
 */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
};

/** Sets an element's text where it differs: a live region that is set again is read out again. */
export const setText = (target, text) => {
  if (target.textContent !== text) target.textContent = text;
};

/** A section with a heading, which names it. */
export const section = (id, title, ...children) =>
  element("section", { class: "card", "aria-labelledby": id }, element("h2", { id }, title), ...children);

/** Names and values beside each other; `set` changes a value, by its name's key. */
export const factList = (names) => {
  const values = new Map(Object.keys(names).map((key) => [key, element("dd", { "data-fact": key }, "–")]));
  const rows = [...values].map(([key, value]) => element("div", {}, element("dt", {}, names[key]), value));
  return { list: element("dl", { class: "facts" }, rows), set: (key, text) => setText(values.get(key), text) };
};

/** A table in a box that scrolls by itself where the screen is narrow; a keyboard reaches that box too. */
export const table = (caption, heads) => {
  const body = element("tbody");
  const title = element("caption", {}, caption);
  const head = element(
    "tr",
    {},
    heads.map((text) => element("th", { scope: "col" }, text)),
  );
  const whole = element("table", {}, title, element("thead", {}, head), body);
  const box = element("div", { class: "scroll", role: "group", tabindex: "0", "aria-label": caption }, whole);
  return { box, body, title };
};
