import type { CueReader } from "../cues/read-cues.js";
import { type MemoryNode, standingOf } from "../model/node.js";
import { entryAt, keyWords, type Store } from "../core/store.js";
import { sentencesOf } from "../text/sentences.js";
import { valuesIn } from "../text/values.js";

/** A sentence says what no longer holds. */
export interface Stale {
  /** Id of what it repeats. */
  readonly node: string;
  /** The sentence is one of several of that statement. */
  readonly isPart: boolean;
  /** What holds instead. */
  readonly current: string;
}

const CANDIDATES = 12;
const LONGEST_CHAIN = 32;
/** Shorter texts are ordinary words. */
const LEAST_QUOTED = 4;

/** Whether a sentence of a turn repeats something that was superseded: its own values, or most of its own words. */
export function staleness(
  store: Store,
  { turn, sentence }: { readonly turn: number; readonly sentence: string },
  cues: CueReader,
): Stale | undefined {
  const { conversation } = entryAt(store, turn).node;
  const terms = new Set(store.vocabulary.termsOf(sentence));
  const accepts = (number: number): boolean => {
    const entry = store.entries[number];
    // What was only read into the text was never stated.
    if (entry === undefined || entry.node.kind === "turn" || entry.node.source.type === "text") return false;
    const { node } = entry;
    return conversation === undefined || node.conversation === undefined || node.conversation === conversation;
  };
  for (const { document } of store.past.search([...terms], { limit: CANDIDATES, accepts })) {
    const { node } = entryAt(store, document);
    const current = successorText(store, document);
    const isSaid = sentencesOf(node.text).includes(sentence) || quotes(sentence, node.text, current);
    if (!isSaid && !repeats(store, { terms, node, current }, cues)) continue;
    return { node: node.id, isPart: isPartOf(sentence, node), current };
  }
  return undefined;
}

/** The texts of what took a node's place, and of what took the place of that. */
function successorText(store: Store, number: number): string {
  const texts: string[] = [];
  let at: number | undefined = number;
  for (let step = 0; step < LONGEST_CHAIN && at !== undefined; step += 1) {
    const by: string | undefined = store.entries[at]?.retired?.by;
    at = by === undefined ? undefined : store.byId.get(by);
    const entry = at === undefined ? undefined : store.entries[at];
    if (entry !== undefined && standingOf(entry) === "current") texts.push(entry.node.text);
  }
  return texts.join("\n");
}

function repeats(
  store: Store,
  {
    terms,
    node,
    current,
  }: { readonly terms: ReadonlySet<number>; readonly node: MemoryNode; readonly current: string },
  cues: CueReader,
): boolean {
  const holding = new Set(store.vocabulary.termsOf(current));
  const own = new Set(store.vocabulary.termsOf(node.text).filter((term) => !holding.has(term)));
  if (own.size === 0) return false;
  const common = [...own].filter((term) => terms.has(term));
  if (common.length === 0) return false;
  const values = valuesIn(` ${node.text}`, cues.states)
    // A single capitalised word is too often none: it counts like any other.
    .filter(({ kind, norm }) => kind !== "name" || norm.includes(" "))
    .map(({ norm }) => store.vocabulary.termsOf(norm));
  const isOwn = (value: readonly number[]): boolean => value.some((term) => own.has(term));
  if (values.some((value) => isOwn(value) && value.every((term) => terms.has(term)))) return true;
  return common.length / own.size >= 0.5 && common.length >= Math.min(2, own.size);
}

/** Whether a sentence has a superseded text as it was, and not what took its place. */
function quotes(sentence: string, past: string, current: string): boolean {
  if (past.length < LEAST_QUOTED) return false;
  const said = sentence.toLowerCase();
  const at = said.indexOf(past.toLowerCase());
  if (at < 0 || /[\p{L}\p{N}]/u.test(`${said[at - 1] ?? " "}${said[at + past.length] ?? " "}`)) return false;
  return current.split("\n").every((text) => text === "" || !said.includes(text.toLowerCase()));
}

function isPartOf(sentence: string, { text }: MemoryNode): boolean {
  const sentences = sentencesOf(text);
  return sentences.length > 1 && sentences.some((part) => part === sentence);
}

const CHECKED_KINDS: ReadonlySet<string> = new Set(["amount", "percent", "date", "time"]);
const FACTS_COMPARED = 6;

/** Whether a current fact, stated after the turn and about the same thing, gives another value than the sentence. */
export function isContradicted(
  store: Store,
  { turn, sentence }: { readonly turn: number; readonly sentence: string },
  cues: CueReader,
): boolean {
  const said = valuesIn(` ${sentence}`, cues.states).filter(({ kind }) => CHECKED_KINDS.has(kind));
  if (said.length === 0) return false;
  const { node } = entryAt(store, turn);
  const spoken = store.vocabulary.termsOf(node.text);
  const terms = new Set(spoken);
  const accepts = (number: number): boolean => {
    const fact = store.entries[number]?.node;
    return fact?.key !== undefined && fact.conversation === node.conversation && fact.valid_from >= node.valid_from;
  };
  return store.live.search(spoken, { limit: FACTS_COMPARED, accepts }).some(({ document }) => {
    const fact = entryAt(store, document).node;
    const named = store.vocabulary.termsOf(keyWords(fact.key ?? ""));
    if (named.filter((term) => terms.has(term)).length * 2 < named.length) return false;
    const held = valuesIn(` ${fact.text}`, cues.states);
    const rivals = said.filter(({ kind }) => held.some((value) => value.kind === kind));
    return rivals.length > 0 && !rivals.some(({ norm }) => held.some((value) => value.norm === norm));
  });
}
