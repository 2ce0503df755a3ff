let timer;

/** Announces a text to screen readers. Clears the live region first, so that a repeated text is announced again. */
export const announce = (text) => {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  clearTimeout(timer);
  // Sets the text in a later task: a region that is cleared and refilled in one task counts as unchanged.
  timer = setTimeout(() => {
    announcer.textContent = text;
  }, 100);
};
