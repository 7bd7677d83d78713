/** A document and how well it fits. */
export interface Scored {
  readonly document: number;
  readonly score: number;
}

/** Best first; equal scores by ascending document, so that equal questions have equal answers. */
function compareScored(left: Scored, right: Scored): number {
  return right.score - left.score || left.document - right.document;
}

/**
 * The `limit` best of `documents`, best first, in time proportional to their number. `accepts` is asked only about those that
 * would be among them.
 */
export function topDocuments(
  documents: Iterable<number>,
  scoreOf: (document: number) => number,
  { limit, accepts }: { readonly limit: number; readonly accepts?: ((document: number) => boolean) | undefined },
): readonly Scored[] {
  const heap: Scored[] = [];
  if (limit <= 0) return heap;
  for (const document of documents) {
    const score = scoreOf(document);
    const worst = heap[0];
    const isFull = heap.length >= limit;
    if (
      isFull &&
      worst !== undefined &&
      (score < worst.score || (score === worst.score && document > worst.document))
    ) {
      continue;
    }
    if (accepts !== undefined && !accepts(document)) continue;
    if (isFull) {
      heap[0] = { document, score };
      siftDown(heap);
    } else {
      heap.push({ document, score });
      siftUp(heap);
    }
  }
  return heap.sort(compareScored);
}

/** INVARIANT: a parent is not better than its children, so the worst is at the top. */
function siftUp(heap: Scored[]): void {
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (compareScored(heap[parent] as Scored, heap[index] as Scored) >= 0) return;
    swap(heap, parent, index);
    index = parent;
  }
}

function siftDown(heap: Scored[]): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    let worst = index;
    if (left < heap.length && compareScored(heap[left] as Scored, heap[worst] as Scored) > 0) worst = left;
    if (right < heap.length && compareScored(heap[right] as Scored, heap[worst] as Scored) > 0) worst = right;
    if (worst === index) return;
    swap(heap, worst, index);
    index = worst;
  }
}

function swap(heap: Scored[], left: number, right: number): void {
  const held = heap[left] as Scored;
  heap[left] = heap[right] as Scored;
  heap[right] = held;
}
