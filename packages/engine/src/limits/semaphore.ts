/** A place in a queue that can be left. */
export interface QueueWait {
  readonly granted: Promise<void>;
  /** Leaves the queue, for good; what was granted and not yet noticed is given back. */
  cancel(): void;
}

/** At most so many at once, first come first served. */
export interface Semaphore {
  /** `undefined` when a place was free and is now taken, else a wait. */
  acquire(): QueueWait | undefined;
  /** Gives a place back to the first in the queue. */
  release(): void;
}

/** Creates a semaphore with `places` places. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const queue = new Set<() => void>();
  const release = (): void => {
    const [first] = queue;
    if (first === undefined) {
      free++;
      return;
    }
    queue.delete(first);
    first();
  };
  return {
    acquire() {
      if (free > 0) {
        free--;
        return undefined;
      }
      let grant!: () => void;
      const granted = new Promise<void>((resolve) => (grant = resolve));
      queue.add(grant);
      const cancel = (): void => {
        if (!queue.delete(grant)) release();
      };
      return { granted, cancel };
    },
    release,
  };
}
