import { isOpenMode } from "./caller.js";
import { element, setText } from "./element.js";

/** Returns a curl command that posts to this service. */
export const curlPost = (path, body) => {
  const token = isOpenMode ? "" : ` \\\n  -H "Authorization: Bearer $TOKEN"`;
  const json = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl ${location.origin}/api/v1${path} \\\n  -H 'Content-Type: application/json'${token} \\\n  -d '${json}'`;
};

/** Returns an id that is not taken yet: the shown commands must work even if they ran before. */
export const uniqueId = (name) => `${name}-${Date.now().toString(36)}`;

const copy = async (code, button) => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    setText(button, "Copied");
  } catch {
    // Without TLS the clipboard is only available on localhost. Selects the text instead.
    getSelection().selectAllChildren(code);
    setText(button, "Selected: copy it now");
  }
};

/** The content of an empty view: a text, and commands that create the first items. */
export const exampleCommands = (text, ...commands) => {
  const code = element("code", {}, commands.join("\n\n"));
  const button = element("button", { type: "button", onclick: () => copy(code, button) }, "Copy");
  return element(
    "div",
    { class: "empty" },
    element("p", {}, text),
    element("pre", { tabindex: "0", role: "group", "aria-label": "Command to copy" }, code),
    button,
  );
};
