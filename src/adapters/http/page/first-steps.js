import { isOpen } from "./caller.js";
import { element, setText } from "./element.js";

/** A curl command that posts to this very service. */
export const curlPost = (path, body) => {
  const token = isOpen ? "" : ` \\\n  -H "Authorization: Bearer $TOKEN"`;
  const json = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl ${location.origin}/api/v1${path} \\\n  -H 'Content-Type: application/json'${token} \\\n  -d '${json}'`;
};

/** An id that nobody has taken yet: commands shown today are to work where those of yesterday were run. */
export const freshId = (name) => `${name}-${Date.now().toString(36)}`;

const copy = async (code, button) => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    setText(button, "Copied");
  } catch {
    // No clipboard where the page came without TLS from another machine: the text is selected instead.
    getSelection().selectAllChildren(code);
    setText(button, "Selected: copy it now");
  }
};

/** What to do where there is nothing to show yet: words, and commands to copy. */
export const firstSteps = (words, ...commands) => {
  const code = element("code", {}, commands.join("\n\n"));
  const button = element("button", { type: "button", onclick: () => copy(code, button) }, "Copy");
  return element(
    "div",
    { class: "empty" },
    element("p", {}, words),
    element("pre", { tabindex: "0", role: "group", "aria-label": "Command to copy" }, code),
    button,
  );
};
