import { element } from "./element.js";

/** A row of links of which one is the present choice; `to` makes the address of each. */
export const choiceLinks = (label, choices, to) => {
  const links = new Map(Object.entries(choices).map(([key, words]) => [key, element("a", { href: to(key) }, words)]));
  return {
    row: element("nav", { class: "choices", "aria-label": label }, [...links.values()]),
    choose(chosen, toNow) {
      for (const [key, link] of links) {
        link.setAttribute("href", toNow(key));
        if (key === chosen) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
  };
};
