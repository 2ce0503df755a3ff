let timer;

/** Says something to a screen reader, politely: emptied first, so that the same words are said again. */
export const announce = (words) => {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  clearTimeout(timer);
  // In a later turn, since what is emptied and filled in one has not changed for whoever listens.
  timer = setTimeout(() => {
    announcer.textContent = words;
  }, 100);
};
