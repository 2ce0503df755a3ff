import { element } from "./element.js";

/** A row of links, one of which is the current choice. `addressOf` returns the address of a choice. */
export const choiceLinks = (label, choices, addressOf) => {
  const links = new Map(
    Object.entries(choices).map(([key, text]) => [key, element("a", { href: addressOf(key) }, text)]),
  );
  return {
    row: element("nav", { class: "choices", "aria-label": label }, [...links.values()]),
    /** Marks the current choice and updates all addresses, which depend on the other parts of the view. */
    select(selected) {
      for (const [key, link] of links) {
        link.setAttribute("href", addressOf(key));
        if (key === selected) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
  };
};
