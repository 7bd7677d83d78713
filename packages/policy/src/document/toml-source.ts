import { lostText, type PathStep } from "@car/ir/internal";
import { parse, TomlError } from "smol-toml";
import { type DocumentFinding, type DocumentSource, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { tomlPlaces } from "./toml-places.js";

/** Reads a TOML 1.0 text. Whole numbers that JavaScript cannot hold are refused. */
export function readToml(text: string): DocumentSource {
  try {
    const value = parse(text, { integersAsBigInt: "asNeeded", maxDepth: MAX_DOCUMENT_DEPTH });
    const places = tomlPlaces(text);
    const lost = [...lostIn(value, [])].map((finding) => ({ ...finding, place: places.find(finding.path)! }));
    return lost.length > 0 ? { findings: lost } : { value, places };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    return { findings: [{ path: [], message: plain(error.message), place: { line, column } }] };
  }
}

function* lostIn(value: unknown, path: readonly PathStep[]): Generator<Pick<DocumentFinding, "path" | "message">> {
  if (typeof value === "bigint") yield { path, message: lostText(String(value)) };
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield* lostIn(inner, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

/** The parser's message without the excerpt of the text that follows it. */
function plain(message: string): string {
  const [first = ""] = message.split("\n");
  return first.replace(/^Invalid TOML document: /, "not TOML: ");
}
