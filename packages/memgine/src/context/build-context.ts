import { sha256Hex } from "@car/ir";
import type { Core } from "../core/core.js";
import { entryAt } from "../core/store.js";
import type { Seed } from "../graph/activation.js";
import { namedSeeds } from "../retrieve/named-seeds.js";
import { isInScope, mayRead, type Reader, type RoleData } from "../retrieve/reader.js";
import { type DenseSearch, searchStore } from "../retrieve/search.js";
import type { Candidate, ContextItem } from "./context-item.js";
import { fillBudget } from "./fill.js";
import { gatherFacts, gatherReviews, type Question } from "./gather.js";
import { gatherTurns, type Withheld } from "./gather-turns.js";
import type { ContextOptions } from "./options.js";
import { approximateTokens } from "./tokens.js";

/** What a model is handed, and how it came about. */
export interface BuiltContext {
  readonly text: string;
  readonly tokens: number;
  readonly items: readonly ContextItem[];
  /** Equal for equal contexts. */
  readonly fingerprint: string;
  /** Ids of rules in force that did not fit. Not empty: the budget is too small for this reader. */
  readonly overflow: readonly string[];
  /** How many candidates did not fit. */
  readonly omitted: number;
  /** How many sentences of the conversation were left out, by reason. */
  readonly withheld: Withheld;
  /** Words of the query that nothing readable mentions. */
  readonly unknown: readonly string[];
  /** Labels of all items, for a policy. */
  readonly labels: readonly string[];
}

/** What a context is built with, beside the memory. */
export interface ContextSurroundings {
  readonly roles: RoleData;
  readonly dense?: DenseSearch | undefined;
  readonly vector?: Float32Array | undefined;
  /** Skills for the query, already chosen. */
  readonly skills: readonly Candidate[];
}

const HITS = 300;
const UNKNOWN_SHOWN = 8;
const READER_SEEDS = 8;
const READER_WEIGHT = 0.15;

/** Builds the context of `query` for a reader. Reads only. */
export function buildContext(
  core: Core,
  query: string,
  { options, ...surroundings }: ContextSurroundings & { readonly options: ContextOptions },
): BuiltContext {
  const reader = options.reader ?? {};
  const wantsTentative = core.cues.isTentative(query) || core.cues.isHypothesis(query);
  const accepts = readable(core, { reader, roles: surroundings.roles, wantsTentative });
  const { dense, vector } = surroundings;
  const seeds = [...namedSeeds(core.store, query), ...readerSeeds(core, reader, accepts)];
  const hits = searchStore(core.store, { text: query, limit: HITS, accepts, dense, vector, seeds });
  const question: Question = { hits: new Map(hits.map((hit) => [hit.number, hit])), accepts, wantsTentative };

  const facts = gatherFacts(core, question);
  const reviews = gatherReviews(core, question);
  const { candidates: turns, withheld } =
    options.mode === "facts_only"
      ? { candidates: [], withheld: {} }
      : gatherTurns(core, question, {
          query,
          conversation: options.conversation,
          shown: facts.map(({ text }) => text),
        });
  const unknown = unknownWords(core, query, [...facts, ...turns]);
  const ordered = inOrderOfNeed({ facts, reviews, turns, skills: surroundings.skills, unknown });
  const filled = fillBudget(ordered, Math.max(0, options.tokenBudget), options.countTokens ?? approximateTokens);
  return {
    text: filled.text,
    tokens: filled.tokens,
    items: filled.items,
    fingerprint: sha256Hex(filled.text),
    overflow: filled.omitted.filter(({ section }) => section === "constraints").map(({ id = "" }) => id),
    omitted: filled.omitted.length,
    withheld,
    unknown,
    labels: [...new Set(filled.items.flatMap(({ labels }) => labels))].sort(),
  };
}

/** Whether a reader may have a node: allowed, in scope, begun, not expired, and somebody else's identity only by name. */
export function readable(
  core: Core,
  {
    reader,
    roles,
    wantsTentative,
  }: { readonly reader: Reader; readonly roles: RoleData; readonly wantsTentative: boolean },
): (number: number) => boolean {
  const now = core.now();
  return (number) => {
    const entry = core.store.entries[number];
    if (entry === undefined || entry.retired !== undefined || entry.waits !== undefined) return false;
    const { node } = entry;
    if (node.expires_at !== undefined && node.expires_at <= now) return false;
    if (node.kind === "identity" && node.subject !== undefined && node.subject !== reader.subject) return false;
    if (!isInScope(node, reader, wantsTentative) || !mayRead(node.access, reader, roles)) return false;
    return node.access?.authority === undefined || ranksAbove(core, reader.authority, node.access.authority);
  };
}

function ranksAbove({ rankOf }: Core, authority: string | undefined, least: string): boolean {
  const needed = rankOf(least);
  return needed > 0 && authority !== undefined && rankOf(authority) >= needed;
}

/** What belongs to whoever asks counts a little, even when the query does not say so. */
function readerSeeds(core: Core, { subject }: Reader, accepts: (number: number) => boolean): readonly Seed[] {
  if (subject === undefined) return [];
  const identity = [...core.store.identity].filter((number) => entryAt(core.store, number).node.subject === subject);
  const text = identity.map((number) => entryAt(core.store, number).node.text).join(" ");
  const found = core.store.live.search(core.store.vocabulary.knownTermsOf(text), {
    limit: READER_SEEDS,
    accepts: (number) => accepts(number) && !core.store.identity.has(number),
  });
  const total = found.reduce((sum, { score }) => sum + score, 0);
  return found.map(({ document, score }) => ({ node: document, weight: (READER_WEIGHT * score) / total }));
}

function inOrderOfNeed({
  facts,
  reviews,
  turns,
  skills,
  unknown,
}: {
  readonly facts: readonly Candidate[];
  readonly reviews: readonly Candidate[];
  readonly turns: readonly Candidate[];
  readonly skills: readonly Candidate[];
  readonly unknown: readonly string[];
}): readonly Candidate[] {
  const first = facts.filter(({ section }) => section === "constraints" || section === "identity");
  const rest = [
    ...facts.filter(({ section }) => section === "facts" || section === "environment"),
    ...turns,
    ...reviews,
  ];
  const found = rest.filter(({ score }) => score > 0).sort(byScore);
  const others = rest.filter(({ score }) => score === 0);
  return [
    ...first.sort((left, right) => rankOfSection(left) - rankOfSection(right) || byScore(left, right)),
    ...skills,
    ...found,
    ...others.sort(
      (left, right) =>
        Number(left.section === "conversation") - Number(right.section === "conversation") || byScore(left, right),
    ),
    ...(unknown.length === 0 ? [] : [unknownItem(unknown)]),
  ];
}

function byScore(left: Candidate, right: Candidate): number {
  return right.score - left.score || right.time - left.time || right.number - left.number;
}

function rankOfSection({ section }: Candidate): number {
  return section === "constraints" ? 0 : 1;
}

function unknownItem(unknown: readonly string[]): Candidate {
  return {
    section: "unknown",
    text: unknown.join(", "),
    provenance: {},
    labels: [],
    why: [],
    number: -1,
    time: 0,
    score: 0,
  };
}

function unknownWords(core: Core, query: string, candidates: readonly Candidate[]): readonly string[] {
  const { vocabulary } = core.store;
  const said = new Set(candidates.flatMap(({ text }) => vocabulary.knownTermsOf(text)));
  const words = query.toLowerCase().match(/[\p{L}\p{N}-]{3,}/gu) ?? [];
  const missing = words.filter((word) => {
    if (vocabulary.isStopWord(word) || core.cues.states.has(word)) return false;
    return vocabulary.knownTermsOf(word).every((term) => !said.has(term));
  });
  return [...new Set(missing)].slice(0, UNKNOWN_SHOWN);
}
