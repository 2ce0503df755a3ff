import { caller, hasToken, isOpen, setToken } from "./caller.js";
import { setText } from "./element.js";

const part = (id) => document.getElementById(id);

/** Lets a caller give their token, where the service asks for one. */
export const startTokenDialog = () => {
  if (isOpen) return;
  const [button, dialog, field] = [part("token-button"), part("token-dialog"), part("token")];
  const show = () => setText(button, hasToken() ? "Token: given" : "Token: none");
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  part("token-form").addEventListener("submit", () => {
    setToken(field.value);
    field.value = "";
  });
  part("token-forget").addEventListener("click", () => {
    setToken("");
    field.value = "";
    dialog.close();
  });
  caller.addEventListener("change", show);
  show();
};
