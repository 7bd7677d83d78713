import type { Core } from "../core/core.js";
import { entryAt } from "../core/store.js";
import { type Entry, standingOf } from "../model/node.js";
import type { FusedHit } from "../retrieve/fuse.js";
import type { Candidate, Section } from "./context-item.js";
import { factLine, reviewLine } from "./fact-line.js";

/** What is known about a query before anything is written. */
export interface Question {
  readonly hits: ReadonlyMap<number, FusedHit>;
  /** Whether the reader may have the node at all. */
  readonly accepts: (number: number) => boolean;
  readonly wantsTentative: boolean;
}

/** As long as there are no more, all current facts are candidates; beyond that, those that the search found. */
const FACTS_TAKEN_WHOLE = 400;
const REVIEWS_SHOWN = 20;

/** Statements for a context: constraints and the reader's identity first, then the rest by how well it fits. */
export function gatherFacts(core: Core, question: Question): readonly Candidate[] {
  const { store } = core;
  const known =
    store.current.size <= FACTS_TAKEN_WHOLE
      ? [...store.current]
      : [...new Set([...store.constraints, ...store.identity, ...question.hits.keys()])];
  return known
    .filter((number) => store.current.has(number) && question.accepts(number))
    .filter((number) => standingOf(entryAt(store, number)) === "current")
    .map((number) => candidateOf(core, number, question));
}

/** Statements that must be looked at again; those the query is about first. */
export function gatherReviews(core: Core, question: Question): readonly Candidate[] {
  const { store } = core;
  const reviews = [...store.marked]
    .filter((number) => question.accepts(number))
    .map((number) => ({
      ...candidateOf(core, number, question),
      section: "review" as const,
      text: reviewLine(store, entryAt(store, number), core.cues),
    }));
  return reviews.sort((left, right) => right.score - left.score || right.number - left.number).slice(0, REVIEWS_SHOWN);
}

function candidateOf(core: Core, number: number, { hits }: Question): Candidate {
  const entry = entryAt(core.store, number);
  const hit = hits.get(number);
  return {
    section: sectionOf(entry),
    id: entry.node.id,
    text: factLine(core.store, entry, core.cues),
    provenance: provenanceOf(entry),
    labels: entry.node.labels,
    why: hit?.why ?? [],
    number,
    time: entry.node.valid_from,
    score: hit?.score ?? 0,
  };
}

function provenanceOf({ node }: Entry): Candidate["provenance"] {
  const { source, confidence, valid_from, key } = node;
  return {
    ...node.provenance,
    source: { ...source },
    confidence,
    valid_from,
    ...(key === undefined ? {} : { key }),
  };
}

function sectionOf({ node }: Entry): Section {
  if (node.constraint) return "constraints";
  if (node.kind === "identity") return "identity";
  return node.kind === "environment" ? "environment" : "facts";
}
