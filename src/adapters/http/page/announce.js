import { setText } from "./element.js";

/** Says something to a screen reader, once, and politely. */
export const announce = (words) => setText(document.getElementById("announcer"), words);
