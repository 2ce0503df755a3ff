import { type Fault, invalid } from "./problem-json.js";

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};

/**
 * The query's keys and values. @throws EdgeProblem `invalid-request` where a key comes twice or does not decode: a
 * proxy and we would read such a query differently.
 */
export const parseQuery = (url: string): Readonly<Record<string, string>> => {
  const values: Record<string, string> = Object.create(null);
  const start = url.indexOf("?");
  if (start === -1) return values;
  const faults: Fault[] = [];
  for (const pair of url.slice(start + 1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? "" : pair.slice(equals + 1));
    if (key === undefined || value === undefined) faults.push({ pointer: "query", detail: "bad percent-encoding" });
    else if (key in values) faults.push({ pointer: `query/${key}`, detail: "given more than once" });
    else values[key] = value;
  }
  if (faults.length > 0) throw invalid(...faults);
  return values;
};
