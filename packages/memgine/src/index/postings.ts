/** Documents of one term, ascending, each packed with how often the term occurs in it: `document * 256 + count`. */
export interface Postings {
  list: Uint32Array;
  /** Slots in use. */
  size: number;
  /** Slots whose count is 0: the document was removed. */
  dead: number;
}

/** The largest document number that fits beside a count. */
export const MOST_DOCUMENTS = 2 ** 24 - 1;

/** Postings without documents. */
export function emptyPostings(): Postings {
  return { list: new Uint32Array(2), size: 0, dead: 0 };
}

/** A document with a count, as lists hold it. */
export function packed(document: number, count: number): number {
  return document * 256 + Math.min(count, 255);
}

/** Adds or restores a document. Appending in ascending order is cheap. */
export function addPosting(postings: Postings, document: number, count: number): void {
  const pair = packed(document, count);
  const last = postings.size === 0 ? -1 : (postings.list[postings.size - 1] ?? 0) >>> 8;
  if (document > last) return insertAt(postings, postings.size, pair);
  const at = positionOf(postings, document);
  const found = postings.list[at] ?? 0;
  if (at < postings.size && found >>> 8 === document) {
    if ((found & 255) === 0) postings.dead -= 1;
    postings.list[at] = pair;
    return;
  }
  insertAt(postings, at, pair);
}

/** Takes a document out. Its slot goes when half of the slots are empty. */
export function removePosting(postings: Postings, document: number): void {
  const at = positionOf(postings, document);
  const found = postings.list[at] ?? 0;
  if (at >= postings.size || found >>> 8 !== document || (found & 255) === 0) return;
  postings.list[at] = document * 256;
  postings.dead += 1;
  if (postings.dead * 2 > postings.size && postings.size > 8) compact(postings);
}

/** How often the term occurs in a document; 0 when it does not. */
export function countIn(postings: Postings, document: number): number {
  const at = positionOf(postings, document);
  const found = postings.list[at] ?? 0;
  return at < postings.size && found >>> 8 === document ? found & 255 : 0;
}

/** First slot whose document is not below `document`. */
function positionOf({ list, size }: Postings, document: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) >>> 8 < document) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertAt(postings: Postings, at: number, pair: number): void {
  if (postings.size === postings.list.length) {
    const larger = new Uint32Array(postings.size * 2);
    larger.set(postings.list);
    postings.list = larger;
  }
  if (at < postings.size) postings.list.copyWithin(at + 1, at, postings.size);
  postings.list[at] = pair;
  postings.size += 1;
}

function compact(postings: Postings): void {
  const kept = postings.list.subarray(0, postings.size).filter((pair) => (pair & 255) !== 0);
  const list = new Uint32Array(Math.max(2, kept.length));
  list.set(kept);
  postings.list = list;
  postings.size = kept.length;
  postings.dead = 0;
}
