import { stringify } from "yaml";
import { encodeMessage } from "../src/adapters/kafka/wire-format.js";
import { consumerGroups } from "../src/application/choreography.js";
import { idPattern, userIdPattern } from "../src/domain/ids.js";
import { asyncApiDocument } from "./asyncapi-document.js";
import { type EventFacts, eventFacts, type JsonSchema } from "./event-facts.js";
import { groupMeanings, instantPattern } from "./event-schemas.js";
import { markdownTable, withMarkedParts } from "./marked-parts.js";

const code = (text: string): string => `\`${text}\``;

const overview = (): string =>
  markdownTable(
    ["event", "says", "key", "groups"],
    eventFacts.map(({ type, meaning, keyFields, groups }) => [
      `[${code(type)}](#${type.replaceAll(".", "")})`,
      meaning,
      keyFields.map(code).join(", else "),
      groups.map(code).join(", "),
    ]),
  );

const words: Readonly<Record<string, string>> = {
  [idPattern.source]: "id",
  [userIdPattern.source]: "shopper",
  [instantPattern.source]: "instant",
};

/** What a value may be, in a few words. */
const kindOf = (schema: JsonSchema): string => {
  const { anyOf, enum: names, type, format, items, minimum, pattern } = schema;
  if (anyOf) return (anyOf as readonly JsonSchema[]).map(kindOf).join(" or ");
  if (names) return (names as readonly string[]).map(code).join(", ");
  if (type === "array") return `list of {${fieldsIn(items as JsonSchema).join("; ")}}`;
  if (type === "integer") return `whole number from ${minimum}`;
  if (format) return `${format}`;
  return pattern ? (words[`${pattern}`] ?? code(`${pattern}`)) : `${type}`;
};

const propertiesOf = (schema: JsonSchema) => Object.entries(schema.properties as Record<string, JsonSchema>);
const fieldsIn = (schema: JsonSchema) => propertiesOf(schema).map(([field, one]) => `${code(field)}: ${kindOf(one)}`);

const section = ({ type, meaning, idField, payload, sample }: EventFacts): string => {
  const { key, headers, value } = encodeMessage(sample);
  return [
    `### ${type}`,
    `${meaning} Its id is ${code(`${type}:<${idField}>`)}.`,
    markdownTable(
      ["field", "is", ""],
      propertiesOf(payload).map(([field, one]) => [code(field), kindOf(one), `${one.description ?? ""}`]),
    ),
    ["```text", `${key}  ${headers.ce_id}  ${headers.ce_time}`, value, "```"].join("\n"),
  ].join("\n\n");
};

const groups = (): string =>
  markdownTable(
    ["group", "does", "hears"],
    consumerGroups.map((group) => [
      code(`rushboard.${group}`),
      groupMeanings[group],
      eventFacts.flatMap((facts) => (facts.groups.includes(group) ? [code(facts.type)] : [])).join(", "),
    ]),
  );

/** The page with its marked parts as the code has them. */
export const eventsPage = (page: string): string =>
  withMarkedParts(page, { overview: overview(), groups: groups(), events: eventFacts.map(section).join("\n\n") });

/** The AsyncAPI document's text. */
export const yamlOfEvents = (): string =>
  `# Made by scripts/event-docs.ts from the event types; a test compares the two.\n${stringify(asyncApiDocument(), {
    aliasDuplicateObjects: false,
    lineWidth: 120,
  })}`;
