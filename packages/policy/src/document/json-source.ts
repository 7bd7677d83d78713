import { lostIntegers, lostText, type PathStep, scanJson } from "@car/ir/internal";
import { type DocumentFinding, type DocumentSource, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { noPlaces, placeFinder, type Places } from "./place.js";

/** Reads a JSON text. A name that stands twice in one object is an error: one of the two would be lost. */
export function readJson(text: string): DocumentSource {
  const placeOf = placeFinder(text);
  const error = scanJson(text, MAX_DOCUMENT_DEPTH);
  if (error !== undefined) {
    return { findings: [{ path: [], message: `not JSON: ${error.message}`, place: placeOf(error.offset) }] };
  }
  const lost = [...lostIntegers(text)].map(({ token, offset }) => {
    return { path: [], message: lostText(token), place: placeOf(offset) };
  });
  if (lost.length > 0) return { findings: lost };
  const walk: Walk = { text, at: 0, places: noPlaces(), findings: [], placeOf };
  walkValue(walk, []);
  return walk.findings.length > 0 ? walk : { value: JSON.parse(text) as unknown, places: walk.places };
}

interface Walk {
  readonly text: string;
  at: number;
  readonly places: Places;
  readonly findings: DocumentFinding[];
  readonly placeOf: ReturnType<typeof placeFinder>;
}

/** The text is known to be JSON, so that each token can be taken as it comes. */
const TOKEN = /[{}[\]:,]|"(?:[^"\\]|\\.)*"|[^\s{}[\]:,"]+/g;

function walkValue(walk: Walk, path: readonly PathStep[]): void {
  const token = nextToken(walk);
  walk.places.note(path, walk.placeOf(walk.at - token.length));
  if (token === "{") walkObject(walk, path);
  else if (token === "[") walkArray(walk, path);
}

function walkObject(walk: Walk, path: readonly PathStep[]): void {
  const names = new Set<string>();
  for (let token = nextToken(walk); token !== "}"; token = nextToken(walk)) {
    if (token === ",") continue;
    const name = JSON.parse(token) as string;
    const inner = [...path, name];
    const place = walk.placeOf(walk.at - token.length);
    if (names.has(name)) walk.findings.push({ path: inner, message: "stands twice in one object", place });
    names.add(name);
    walk.places.note(inner, place);
    nextToken(walk);
    walkValue(walk, inner);
  }
}

function walkArray(walk: Walk, path: readonly PathStep[]): void {
  for (let index = 0; ; index++) {
    const start = walk.at;
    const token = nextToken(walk);
    if (token === "]") return;
    if (token !== ",") walk.at = start;
    walkValue(walk, [...path, index]);
  }
}

function nextToken(walk: Walk): string {
  TOKEN.lastIndex = walk.at;
  const token = TOKEN.exec(walk.text)?.[0] ?? "";
  walk.at = TOKEN.lastIndex;
  return token;
}
