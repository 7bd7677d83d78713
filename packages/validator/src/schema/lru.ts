/** A map that forgets what was used longest ago once it holds `capacity` entries. */
export interface Lru<V> {
  /** The value under `key`, which counts as a use; `undefined` when it was never set or is forgotten. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** An empty cache. `capacity` 0 keeps nothing. */
export function createLru<V>(capacity: number): Lru<V> {
  // INVARIANT: a Map iterates in the order of insertion, so its first key is the one used longest ago.
  const entries = new Map<string, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
    },
  };
}
