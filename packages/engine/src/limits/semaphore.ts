/** A place in a queue that can be left. */
export interface QueueWait {
  readonly granted: Promise<void>;
  /** Leaves the queue, for good; what was granted and not yet noticed is given back. */
  cancel(): void;
}

/** At most so many at once. Nobody holds a place while waiting: whoever waits is told when it is worth asking again. */
export interface Semaphore {
  /** Takes a place if there is one. */
  tryAcquire(): boolean;
  /** Gives a place back. */
  release(): void;
  /** Calls `onFree` once, in order of arrival, when there may be a place. The returned function takes that back. */
  whenFree(onFree: () => void): () => void;
}

/** Creates a semaphore with `places` places. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const queue = new Set<{ readonly onFree: () => void }>();
  return {
    tryAcquire() {
      if (free === 0) return false;
      free--;
      return true;
    },
    release() {
      free++;
      // Those asked now; whoever comes back into the queue meanwhile is not asked again for this place.
      for (const entry of [...queue]) {
        if (free === 0) break;
        if (queue.delete(entry)) entry.onFree();
      }
    },
    whenFree(onFree) {
      const entry = { onFree };
      queue.add(entry);
      return () => void queue.delete(entry);
    },
  };
}
