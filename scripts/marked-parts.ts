const begin = (name: string): string => `<!-- ${name} -->`;
const end = (name: string): string => `<!-- /${name} -->`;

/** Where the marked part's content begins and ends. @throws Error unless each mark is there once, in this order */
const boundsOf = (text: string, name: string): readonly [number, number] => {
  const [from, to] = [text.indexOf(begin(name)), text.indexOf(end(name))];
  const once = text.lastIndexOf(begin(name)) === from && text.lastIndexOf(end(name)) === to;
  if (from < 0 || to < from || !once) throw new Error(`one ${begin(name)} and then one ${end(name)} are needed`);
  return [from + begin(name).length, to];
};

/** What stands between `<!-- name -->` and `<!-- /name -->`, trimmed. */
export const markedPart = (text: string, name: string): string => text.slice(...boundsOf(text, name)).trim();

/** The text with each marked part as it should be; all around them stays. */
export const withMarkedParts = (text: string, parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts).reduce((whole, [name, part]) => {
    const [from, to] = boundsOf(whole, name);
    return `${whole.slice(0, from)}\n${part}\n${whole.slice(to)}`;
  }, text);

/** A Markdown table; a bar within a cell is escaped. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replaceAll("|  |", "| |"))
    .join("\n");
