import { assertKnownOptions } from "@car/ir/internal";
import type { Core } from "../core/core.js";
import { factNode } from "../core/fact-node.js";
import { placeNode } from "../core/place.js";
import { entryAt } from "../core/store.js";
import { retire } from "../core/supersede.js";
import { sentencesOf } from "../text/sentences.js";

/** What a memory may hold before upkeep makes room. */
export interface UpkeepOptions {
  /** Turns of one conversation. Default 2,000. */
  readonly turns: number;
  /** Share of `turns` from which old ones are summed up, and from which they are dropped at once. Default 0.7 and 0.95. */
  readonly soft: number;
  readonly hard: number;
  /** What ceased to hold more than this many milliseconds ago is erased: history ends there. Default: kept. */
  readonly retainPastMs?: number;
}

/** What upkeep did. */
export interface UpkeepReport {
  readonly expired: readonly string[];
  /** Ids of statements that said what another one says. */
  readonly merged: readonly string[];
  /** Turns that a summary took the place of. */
  readonly compacted: number;
  readonly summaries: readonly string[];
  /** Ids of what was past for longer than `retainPastMs`. */
  readonly erased: readonly string[];
}

const UPKEEP: UpkeepOptions = { turns: 2_000, soft: 0.7, hard: 0.95 };
const OPTIONS = ["turns", "soft", "hard", "retainPastMs"] as const satisfies readonly (keyof UpkeepOptions)[];
/** Sentences of a summary, and turns it is made of at most. */
const SUMMARY_SENTENCES = 12;
const SUMMED_UP = 0.5;

/** What a host gave, with the defaults. Throws `ConfigInvalidError` for what nobody reads: nothing would be erased. */
export function upkeepOptions(given: Partial<UpkeepOptions> | undefined): UpkeepOptions {
  assertKnownOptions(given, OPTIONS, "keepUp");
  return { ...UPKEEP, ...given };
}

/** Retires what has expired, merges what says the same, and sums up long conversations. Cost: what there is to do. */
export function keepUp(core: Core, options: UpkeepOptions = UPKEEP): UpkeepReport {
  const expired = retireExpired(core);
  const merged = mergeDuplicates(core);
  const summaries: string[] = [];
  let compacted = 0;
  for (const conversation of [...core.store.turns.keys()].sort()) {
    const done = compact(core, conversation, options);
    compacted += done.turns;
    if (done.summary !== undefined) summaries.push(done.summary);
  }
  if (expired.length + merged.length + compacted > 0) core.revision += 1;
  return { expired, merged, compacted, summaries, erased: [] };
}

function retireExpired(core: Core): readonly string[] {
  const at = core.now();
  const due = [...core.store.expiring].filter((number) => (entryAt(core.store, number).node.expires_at ?? 0) <= at);
  return due.map((number) => {
    const { node } = entryAt(core.store, number);
    retire(core.store, number, { why: "expired", at, valid_to: node.expires_at ?? at, confidence: 1 });
    return node.id;
  });
}

/** The earlier of two statements with the same text, source, scope and readers stays. */
function mergeDuplicates(core: Core): readonly string[] {
  const first = new Map<string, string>();
  const merged: string[] = [];
  for (const number of [...core.store.current]) {
    const { node } = entryAt(core.store, number);
    if (node.keep_all || node.constraint) continue;
    const { key = "", text, source, scope, access = {}, conversation = "" } = node;
    const same = JSON.stringify([key, text.toLowerCase(), source.authority, scope, access, conversation, node.kind]);
    const kept = first.get(same);
    if (kept === undefined) {
      first.set(same, node.id);
      continue;
    }
    const at = core.now();
    retire(core.store, number, { why: "merged", by: kept, at, valid_to: at, confidence: 1 });
    merged.push(node.id);
  }
  return merged;
}

function compact(
  core: Core,
  conversation: string,
  { turns: most, soft, hard }: UpkeepOptions,
): { readonly turns: number; readonly summary?: string } {
  const { store } = core;
  const turns = (store.turns.get(conversation) ?? []).filter((number) => {
    const entry = store.entries[number];
    return entry?.node.kind === "turn" && entry.retired === undefined;
  });
  if (turns.length < most * soft) return { turns: 0 };
  const old = turns.slice(0, turns.length - Math.floor(most * soft * SUMMED_UP));
  const text = summaryOf(core, old);
  const at = core.now();
  const last = entryAt(store, old.at(-1) ?? 0).node;
  // Named after what it ends with, so that doing it again gives the same summary.
  const input = {
    id: `${last.id}#summary`,
    kind: "summary",
    value: text,
    conversation,
    valid_from: last.valid_from,
    keep_all: true,
  } as const;
  const node = factNode(input, { now: at, id: input.id, maxBytes: core.maxBytes });
  placeNode(store, node);
  for (const number of old) retire(store, number, { why: "merged", by: node.id, at, valid_to: at, confidence: 1 });
  // Beyond the hard bound the conversation's list itself is shortened.
  if (turns.length >= most * hard) store.turns.set(conversation, (store.turns.get(conversation) ?? []).slice(-most));
  return { turns: old.length, summary: node.id };
}

/** The sentences with the rarest words, in their order: what was said only once. */
function summaryOf({ store, cues }: Core, turns: readonly number[]): string {
  const sentences = turns.flatMap((number) => {
    const { node } = entryAt(store, number);
    return sentencesOf(node.text)
      .filter((sentence) => !cues.isRequest(sentence) && !cues.isHypothesis(sentence))
      .map((sentence) => ({ sentence, speaker: node.speaker ?? "" }));
  });
  const scored = sentences.map(({ sentence, speaker }, at) => {
    const terms = [...new Set(store.vocabulary.termsOf(sentence))];
    const rarity = terms.reduce((sum, term) => sum + 1 / Math.max(1, store.live.documentsWith(term)), 0);
    return { at, text: `${speaker}: ${sentence}`, score: rarity };
  });
  const best = scored.sort((left, right) => right.score - left.score || left.at - right.at).slice(0, SUMMARY_SENTENCES);
  return best
    .sort((left, right) => left.at - right.at)
    .map(({ text }) => text)
    .join(" ");
}
