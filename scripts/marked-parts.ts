const begin = (name: string): string => `<!-- ${name} -->`;
const end = (name: string): string => `<!-- /${name} -->`;

/** Returns where the content of a marked part begins and ends. @throws Error unless each mark occurs once, in this order */
const boundsOf = (text: string, name: string): readonly [number, number] => {
  const [from, to] = [text.indexOf(begin(name)), text.indexOf(end(name))];
  const once = text.lastIndexOf(begin(name)) === from && text.lastIndexOf(end(name)) === to;
  if (from < 0 || to < from || !once) throw new Error(`expected ${begin(name)} once, followed by ${end(name)} once`);
  return [from + begin(name).length, to];
};

/** Returns the text between `<!-- name -->` and `<!-- /name -->`, trimmed. */
export const markedPart = (text: string, name: string): string => text.slice(...boundsOf(text, name)).trim();

/** Returns the text with each marked part replaced; everything else is unchanged. */
export const withMarkedParts = (text: string, parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts).reduce((whole, [name, part]) => {
    const [from, to] = boundsOf(whole, name);
    return `${whole.slice(0, from)}\n${part}\n${whole.slice(to)}`;
  }, text);

/** Returns a Markdown table; a vertical bar within a cell is escaped. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replaceAll("|  |", "| |"))
    .join("\n");
