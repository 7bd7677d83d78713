import { Composer, type CST, Parser } from "yaml";
import { type DocumentSource, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { placeFinder } from "./place.js";
import { yamlValue } from "./yaml-value.js";

/** Reads one YAML 1.2 document: the core schema, no merge keys, no further documents. */
export function readYaml(text: string): DocumentSource {
  const placeOf = placeFinder(text);
  const refuse = (message: string, offset: number): DocumentSource => {
    return { findings: [{ path: [], message, place: placeOf(offset) }] };
  };
  // The parser does not recurse and what comes after it does, so depth is looked at in between.
  const tokens = [...new Parser().parse(text)];
  const deep = tokens.map(tooDeep).find((offset) => offset !== undefined);
  if (deep !== undefined) return refuse(`nested deeper than ${MAX_DOCUMENT_DEPTH} levels`, deep);

  // Unique keys are looked after below: the composer would take time in proportion to their square.
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, merge: false });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) return refuse("the document is empty", 0);
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    return {
      findings: complaints.map(({ message, pos }) => ({ path: [], message: plain(message), place: placeOf(pos[0]) })),
    };
  }
  if (second !== undefined) return refuse("a second document begins here", second.range[0]);
  return yamlValue(document.contents, placeOf);
}

function plain(message: string): string {
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** The offset of the first token inside `root` that is nested too deeply. */
function tooDeep(root: CST.Token): number | undefined {
  const waiting: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DOCUMENT_DEPTH) return token.offset;
    for (const inner of innerTokens(token)) waiting.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

function innerTokens(token: CST.Token): readonly CST.Token[] {
  if (token.type === "document") return token.value === undefined ? [] : [token.value];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((part) => part != null));
}
