import { type KeyNode, KeyTree } from "../state/key-tree.js";

/**
 * What has happened so far at a key or pattern, and below it. Times count the actions in their order; -1 is never.
 * A write covers all that happened below it before: whoever comes later follows the write, and by it the rest.
 */
export interface KeySpan {
  /** The key or pattern; `undefined` for a beginning that only others share. */
  pattern: string | undefined;
  firstWrite: number;
  lastWrite: number;
  /** Like the two above, of everything below and of the span itself. */
  firstBelow: number;
  lastBelow: number;
  /** The last write here, unless another one has covered it or is below. */
  front: number;
  /** The latest `front` below, or of the span itself. */
  latestFront: number;
  /** Who has read since somebody covered the span, in order. */
  readers: number[];
  /** False when nobody has read below (the span itself left out) since somebody covered it. */
  readBelow: boolean;
  /** When one action read the span and then wrote below it. Who follows that action follows all fronts before it. */
  settled: number;
  /** Whom a reader of the span has to follow, as of the write below at `sourcesAt`. */
  sources: readonly number[];
  sourcesAt: number;
}

/** A span and its place among the others. */
export type SpanNode = KeyNode<KeySpan>;

/** A tree of spans. A span that is put in above another starts with what happened there. */
export function createSpans(): KeyTree<KeySpan> {
  return new KeyTree<KeySpan>((below) => ({
    pattern: undefined,
    firstWrite: -1,
    lastWrite: -1,
    firstBelow: below?.firstBelow ?? -1,
    lastBelow: below?.lastBelow ?? -1,
    front: -1,
    latestFront: below?.latestFront ?? -1,
    readers: NO_READERS,
    readBelow: below !== undefined && (below.readBelow || below.readers.length > 0),
    settled: -1,
    sources: NO_READERS,
    sourcesAt: -1,
  }));
}

/** Shared by all spans that nobody reads; never written to. */
export const NO_READERS: number[] = [];
