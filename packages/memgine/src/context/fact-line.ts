import type { CueReader } from "../cues/read-cues.js";
import type { Entry, MemoryNode } from "../model/node.js";
import { keyWords, type Store } from "../core/store.js";
import { oneLine } from "./one-line.js";

const WITHHELD = "[superseded value withheld]";
/** Shorter quotations are ordinary words. */
const LEAST_QUOTED = 4;
/** One word and a number: a serial number, not a name. */
const SERIAL = /^\p{L}+ \d+$/u;
const PREDECESSORS_READ = 8;

/** How a fact reads: its key when the text does not say it, and its text without quotations of what it replaced. */
export function factLine(store: Store, { node }: Entry, cues: CueReader): string {
  const text = oneLine(withoutPast(store, node, cues));
  return needsKey(store, node) ? `${keyWords(node.key ?? "")}: ${text}` : text;
}

/** What is said of a statement that must be looked at again. The value of an invalid one is not handed on. */
export function reviewLine(store: Store, entry: Entry, cues: CueReader): string {
  const { node, marks } = entry;
  const mark = marks[0];
  const cause = mark === undefined ? undefined : store.entries[store.byId.get(mark.cause) ?? -1]?.node;
  const because = cause === undefined || cause === node ? "" : `, because ${nameOf(cause)} changed`;
  if (marks.some(({ kind }) => kind === "invalid")) return `${nameOf(node)}: no longer valid${because}`;
  return `${factLine(store, entry, cues)} (to be reviewed${because})`;
}

function nameOf({ key, kind }: MemoryNode): string {
  return key === undefined ? `a ${kind}` : keyWords(key);
}

/** A key that says nothing beyond the text, or is only a number, would waste tokens. */
function needsKey(store: Store, { key, text }: MemoryNode): boolean {
  if (key === undefined || SERIAL.test(keyWords(key))) return false;
  const said = new Set(store.vocabulary.termsOf(text));
  const named = store.vocabulary
    .termsOf(keyWords(key))
    .filter((term) => !/^v?\d+$/.test(store.vocabulary.stemOf(term)));
  return named.some((term) => !said.has(term));
}

function withoutPast(store: Store, node: MemoryNode, cues: CueReader): string {
  if (!cues.quotesThePast(node.text)) return node.text;
  let { text } = node;
  const number = store.byId.get(node.id);
  if (number === undefined) return text;
  for (const before of store.adjacency.targetsOf(number, "supersedes").slice(0, PREDECESSORS_READ)) {
    const past = store.entries[before]?.node.text;
    if (past !== undefined && past.length >= LEAST_QUOTED) text = replaceWhole(text, past);
  }
  return text;
}

function replaceWhole(text: string, past: string): string {
  const at = text.toLowerCase().indexOf(past.toLowerCase());
  if (at < 0) return text;
  const isWhole = !/[\p{L}\p{N}]/u.test(`${text[at - 1] ?? " "}${text[at + past.length] ?? " "}`);
  return isWhole ? `${text.slice(0, at)}${WITHHELD}${text.slice(at + past.length)}` : text;
}
