import type { ChangeFound, CueReader } from "../cues/read-cues.js";
import type { MemoryNode } from "../model/node.js";
import { isReal } from "../core/supersede.js";
import { entryAt, keyWords, type Store } from "../core/store.js";
import { isSaidBy } from "../text/same-value.js";
import { sentencesOf } from "../text/sentences.js";
import { valuesIn } from "../text/values.js";

/** A fact that a sentence seems to end. */
export interface ImpliedTarget {
  readonly number: number;
  readonly change: ChangeFound;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** Facts of the conversation, and turns before the sentence, that are looked at. */
const FACTS_LOOKED_AT = 24;
const TURNS_LOOKED_AT = 4;
const SPEAKER_TAG = /^\s*\[[^\]]{1,60}\]:?\s*/;
const CLAUSES = /,?\s+but\s+|;\s+/i;

/** The announcements of change in a turn: in sentences that state something, outside clauses that keep something. */
export function changesIn(text: string, cues: CueReader): readonly ChangeFound[] {
  const sentences = sentencesOf(text.replace(SPEAKER_TAG, ""));
  return sentences.flatMap((sentence, index) => {
    if (cues.isRequest(sentence) || cues.isHypothesis(sentence) || cues.isHistory(sentence)) return [];
    const clauses = sentence.split(CLAUSES).filter((clause) => !cues.isKept(clause));
    const found = clauses.map((clause) => cues.changeIn(clause)).filter((change) => change !== undefined);
    const before = sentences[index - 1];
    // The announcement may stand before what is announced: "I'm overriding that. The limit is 30."
    const spanning = before === undefined ? undefined : cues.changeIn(`${before} ${sentence}`);
    const isSurer = spanning !== undefined && found.every(({ cue }) => cue.confidence < spanning.cue.confidence);
    return isSurer && cues.changeIn(before ?? "") === undefined ? [spanning] : found;
  });
}

/** The current fact that `change`, said in turn `turn`, most likely ends. Equal candidates: the one learned last. */
export function impliedTarget(
  store: Store,
  said: { readonly turn: number; readonly change: ChangeFound },
  cues: CueReader,
): ImpliedTarget | undefined {
  const { node } = entryAt(store, said.turn);
  let best: ImpliedTarget | undefined;
  for (const number of candidates(store, node)) {
    const fact = entryAt(store, number).node;
    if (fact.valid_from > node.valid_from) continue;
    if (isSaidBy(said.change.value, fact.text, { vocabulary: store.vocabulary, states: cues.states })) return undefined;
    const confidence = said.change.cue.confidence * fit(store, { ...said, fact }, cues);
    if (best === undefined || confidence > best.confidence) best = { number, change: said.change, confidence };
  }
  return best;
}

function candidates(store: Store, turn: MemoryNode): readonly number[] {
  const members = turn.conversation === undefined ? [] : (store.turns.get(turn.conversation) ?? []);
  const found: number[] = [];
  for (let at = members.length - 1; at >= 0 && found.length < FACTS_LOOKED_AT; at -= 1) {
    const number = members[at] ?? 0;
    const entry = store.entries[number];
    if (entry === undefined || entry.retired !== undefined || !isChangeable(entry.node)) continue;
    found.push(number);
  }
  return found;
}

function isChangeable({ kind, scope, key }: MemoryNode): boolean {
  return (kind === "fact" || kind === "conclusion" || kind === "environment") && key !== undefined && isReal(scope);
}

function fit(
  store: Store,
  { turn, change, fact }: { readonly turn: number; readonly change: ChangeFound; readonly fact: MemoryNode },
  cues: CueReader,
): number {
  const isRecent = wasSpokenOf(store, turn, fact);
  let score = 0.2 + subjectMatch(store, change, fact) + kindMatch(change, fact, cues);
  if (isRecent) score += 0.25;
  if (change.cue.kind === "decision" && cues.isTentative(fact.text)) score += 0.25;
  if (isRecent && change.cue.anaphoric) score += 0.2;
  return Math.max(0, Math.min(1, score));
}

function subjectMatch(store: Store, { subject }: ChangeFound, { key = "" }: MemoryNode): number {
  if (subject === undefined) return 0;
  const about = new Set(store.vocabulary.termsOf(subject));
  const named = store.vocabulary.termsOf(keyWords(key));
  const common = named.filter((term) => about.has(term)).length;
  return common === 0 ? -0.05 : 0.35 + (0.15 * common) / named.length;
}

function kindMatch({ value }: ChangeFound, fact: MemoryNode, cues: CueReader): number {
  const offered = new Set(valuesIn(` ${value}`, cues.states).map(({ kind }) => kind));
  const held = new Set(valuesIn(` ${fact.text}`, cues.states).map(({ kind }) => kind));
  if (offered.size === 0 && held.size === 0) return 0.1;
  if ([...offered].some((kind) => held.has(kind))) return 0.25;
  return offered.size > 0 && held.size > 0 ? -0.2 : 0;
}

/** Whether one of the turns just before says what the fact says. */
function wasSpokenOf(store: Store, turn: number, fact: MemoryNode): boolean {
  const { node } = entryAt(store, turn);
  const members = store.turns.get(node.conversation ?? "") ?? [];
  const turns = members.filter((number) => number < turn && store.entries[number]?.node.kind === "turn");
  return turns.slice(-TURNS_LOOKED_AT).some((number) => {
    const said = new Set(store.vocabulary.termsOf(entryAt(store, number).node.text));
    const terms = store.vocabulary.termsOf(fact.text);
    return terms.length > 0 && terms.filter((term) => said.has(term)).length / terms.length >= 0.6;
  });
}
