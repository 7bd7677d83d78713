import { parse, TomlError } from "smol-toml";
import { type DocumentSource, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { tomlPlaces } from "./toml-places.js";

/** Reads a TOML 1.0 text. Whole numbers that JavaScript cannot hold stay BigInts and are refused later. */
export function readToml(text: string): DocumentSource {
  try {
    const value = parse(text, { integersAsBigInt: "asNeeded", maxDepth: MAX_DOCUMENT_DEPTH });
    return { value, places: tomlPlaces(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    return { findings: [{ path: [], message: plain(error.message), place: { line, column } }] };
  }
}

/** The parser's message without the excerpt of the text that follows it. */
function plain(message: string): string {
  const [first = ""] = message.split("\n");
  return first.replace(/^Invalid TOML document: /, "not TOML: ");
}
