/** Draws a list anew; the link that had the keyboard's focus has it again, if it is still there. */
export const redraw = (list, children) => {
  const focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
  list.replaceChildren(...children);
  if (focused) list.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
};
