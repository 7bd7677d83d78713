import { addPosting, countIn, emptyPostings, packed, type Postings, removePosting } from "./postings.js";
import { type Scored, topDocuments } from "./top-documents.js";

/** BM25 over documents that come and go. Cost of a change: the document's own terms. */
export interface LexicalIndex {
  readonly size: number;
  /** @param terms - with repetitions, in any order. */
  add(document: number, terms: readonly number[]): void;
  /** `terms` must be those it was added with. */
  remove(document: number, terms: readonly number[]): void;
  /** Best first. Repeated query terms count once. `accepts` is asked only for candidates. */
  search(terms: readonly number[], options: LexicalQuery): readonly Scored[];
  /** How many documents have the term. */
  documentsWith(term: number): number;
}

/** Bounds of one search. */
export interface LexicalQuery {
  readonly limit: number;
  readonly accepts?: ((document: number) => boolean) | undefined;
}

const K1 = 1.2;
const B = 0.75;
/**
 * Postings read in full per search, rarest terms first. Terms beyond that only rescore what the rarer ones found, so that a
 * search over a million documents does not cost ten times one over a hundred thousand.
 */
const POSTINGS_READ = 20_000;
const RESCORED = 1_000;
/** Texts with fewer words are sorted by insertion. */
const SHORT = 40;

interface Tables {
  /** Most terms occur in one document only: that one is kept as it would be packed. */
  readonly postings: (Postings | number | undefined)[];
  lengths: Uint16Array;
  /** Zero between searches. */
  scores: Float32Array;
  totalLength: number;
  size: number;
}

/** An empty index. */
export function createLexicalIndex(): LexicalIndex {
  const tables: Tables = {
    postings: [],
    lengths: new Uint16Array(1_024),
    scores: new Float32Array(1_024),
    totalLength: 0,
    size: 0,
  };
  return {
    get size() {
      return tables.size;
    },
    add(document, terms) {
      tables.size += 1;
      setLength(tables, document, terms.length);
      forEachTerm(terms, (term, count) => {
        const held = tables.postings[term];
        if (held === undefined) tables.postings[term] = packed(document, count);
        else addPosting(listOf(tables, term) ?? emptyPostings(), document, count);
      });
    },
    remove(document, terms) {
      tables.size -= 1;
      setLength(tables, document, 0);
      forEachTerm(terms, (term) => {
        const held = tables.postings[term];
        if (typeof held === "number" && held >>> 8 === document) tables.postings[term] = undefined;
        else if (typeof held === "object") removePosting(held, document);
      });
    },
    search: (terms, query) => searchTables(tables, terms, query),
    documentsWith: (term) => {
      const held = tables.postings[term];
      if (typeof held === "number") return 1;
      return held === undefined ? 0 : held.size - held.dead;
    },
  };
}

/** The postings of a term, as a list. */
function listOf(tables: Tables, term: number): Postings | undefined {
  const held = tables.postings[term];
  if (typeof held !== "number") return held;
  const list = emptyPostings();
  addPosting(list, held >>> 8, held & 255);
  tables.postings[term] = list;
  return list;
}

function setLength(tables: Tables, document: number, length: number): void {
  if (document >= tables.lengths.length) {
    const capacity = Math.max(document + 1, tables.lengths.length * 2);
    const longer = new Uint16Array(capacity);
    longer.set(tables.lengths);
    tables.lengths = longer;
    tables.scores = new Float32Array(capacity);
  }
  const before = tables.lengths[document] ?? 0;
  tables.lengths[document] = Math.min(length, 65_535);
  tables.totalLength += (tables.lengths[document] ?? 0) - before;
}

function searchTables(tables: Tables, terms: readonly number[], { limit, accepts }: LexicalQuery): readonly Scored[] {
  // By what is held, never by what was removed: sums of rounded numbers depend on their order.
  const lists = [...new Set(terms)]
    .sort((left, right) => left - right)
    .map((term) => listOf(tables, term))
    .filter((list): list is Postings => list !== undefined && list.size > list.dead)
    .sort((left, right) => left.size - left.dead - (right.size - right.dead));
  const touched: number[] = [];
  let read = 0;
  for (const [index, list] of lists.entries()) {
    const room = index === 0 ? POSTINGS_READ : POSTINGS_READ - read;
    if (index > 0 && list.size > room) {
      rescore(tables, list, touched);
      continue;
    }
    read += list.size;
    // The newest documents of a term that nearly everything has.
    scoreFrom(tables, { list, slot: Math.max(0, list.size - room) }, touched);
  }
  const scoreOf = (document: number): number => tables.scores[document] ?? 0;
  const best = topDocuments(touched, scoreOf, { limit, accepts });
  for (const document of touched) tables.scores[document] = 0;
  return best;
}

function scoreFrom(
  { lengths, scores, totalLength, size }: Tables,
  { list, slot: first }: { readonly list: Postings; readonly slot: number },
  touched: number[],
): void {
  const weight = inverseFrequency(size, list.size - list.dead);
  const average = totalLength / Math.max(1, size);
  const packs = list.list;
  for (let slot = first; slot < list.size; slot += 1) {
    const pair = packs[slot] ?? 0;
    const count = pair & 255;
    if (count === 0) continue;
    const document = pair >>> 8;
    if (scores[document] === 0) touched.push(document);
    scores[document] = (scores[document] ?? 0) + gain(weight, count, (lengths[document] ?? 0) / average);
  }
}

function rescore({ lengths, scores, totalLength, size }: Tables, list: Postings, touched: readonly number[]): void {
  const weight = inverseFrequency(size, list.size - list.dead);
  const average = totalLength / Math.max(1, size);
  const chosen =
    touched.length <= RESCORED
      ? touched
      : topDocuments(touched, (document) => scores[document] ?? 0, { limit: RESCORED }).map(({ document }) => document);
  for (const document of chosen) {
    const count = countIn(list, document);
    if (count === 0) continue;
    scores[document] = (scores[document] ?? 0) + gain(weight, count, (lengths[document] ?? 0) / average);
  }
}

function inverseFrequency(documents: number, withTerm: number): number {
  return Math.log(1 + (documents - withTerm + 0.5) / (withTerm + 0.5));
}

function gain(weight: number, count: number, relativeLength: number): number {
  return (weight * (count * (K1 + 1))) / (count + K1 * (1 - B + B * relativeLength));
}

/** Each different term once, with how often it occurs. */
function forEachTerm(terms: readonly number[], visit: (term: number, count: number) => void): void {
  const sorted = terms.slice();
  if (sorted.length > SHORT) sorted.sort((left, right) => left - right);
  else sortShort(sorted);
  for (let index = 0; index < sorted.length;) {
    const term = sorted[index] ?? 0;
    let end = index + 1;
    while (end < sorted.length && sorted[end] === term) end += 1;
    visit(term, end - index);
    index = end;
  }
}

/** By insertion: quicker than the built-in sort for the length of a sentence. */
function sortShort(terms: number[]): void {
  for (let index = 1; index < terms.length; index += 1) {
    const term = terms[index] ?? 0;
    let at = index - 1;
    for (; at >= 0 && (terms[at] ?? 0) > term; at -= 1) terms[at + 1] = terms[at] ?? 0;
    terms[at + 1] = term;
  }
}
