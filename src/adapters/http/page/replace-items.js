/** Replaces the children of a list. Restores the keyboard focus to the link that had it, if that link still exists. */
export const replaceItems = (list, children) => {
  const focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
  list.replaceChildren(...children);
  if (focused) list.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
};
