import { caller, hasToken, isOpenMode, setToken } from "./caller.js";
import { setText } from "./element.js";

const byId = (id) => document.getElementById(id);

/** Shows the Token button and its dialog, unless the service is in open mode. */
export const startTokenDialog = () => {
  if (isOpenMode) return;
  const [button, dialog, field] = [byId("token-button"), byId("token-dialog"), byId("token")];
  const updateButton = () => setText(button, hasToken() ? "Token: set" : "Token: none");
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  byId("token-form").addEventListener("submit", () => {
    setToken(field.value);
    field.value = "";
  });
  byId("token-remove").addEventListener("click", () => {
    setToken("");
    field.value = "";
    dialog.close();
  });
  caller.addEventListener("change", updateButton);
  updateButton();
};
