import type { JsonValue } from "@car/ir";

/**
 * Puts an attacker's words where an attacker's words can stand: in the place of a text that is known to be replaceable,
 * else at the end of the longest text of the output.
 */
export function plantText(output: JsonValue, words: string, replaceable: readonly string[]): JsonValue {
  const longest = textsIn(output).reduce((left, right) => (right.length > left.length ? right : left), "");
  const place = replaceable.find((text) => textsIn(output).some((each) => each.includes(text)));
  if (longest === "") return Array.isArray(output) ? [...(output as readonly JsonValue[]), words] : [output, words];
  let planted = false;
  return mapTexts(output, (text) => {
    if (planted || !(place === undefined ? text === longest : text.includes(place))) return text;
    planted = true;
    return place === undefined ? `${text}\n${words}` : text.replace(place, () => `${place}\n${words}`);
  });
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((member) => textsIn(member));
}

function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => mapTexts(item, change));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]));
}
