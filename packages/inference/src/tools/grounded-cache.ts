import type { InferenceToolOptions } from "./tool-options.js";

/** Grounded answers that can be given again, the one used longest ago is forgotten first. */
export interface GroundedCache {
  get(key: string): object | undefined;
  set(key: string, answer: object): void;
}

const DEFAULT_ENTRIES = 500;

/** Keeps nothing when the host did not ask for it. */
export function groundedCache(options: InferenceToolOptions["groundedCache"]): GroundedCache {
  if (options === undefined) return { get: () => undefined, set: () => undefined };
  const { clock, ttlSecs, maxEntries = DEFAULT_ENTRIES } = options;
  const kept = new Map<string, { readonly answer: object; readonly until: number }>();
  return {
    get(key) {
      const found = kept.get(key);
      kept.delete(key);
      if (found === undefined || found.until <= clock.now()) return undefined;
      kept.set(key, found);
      return found.answer;
    },
    set(key, answer) {
      kept.delete(key);
      kept.set(key, { answer, until: clock.now() + ttlSecs * 1_000 });
      for (const oldest of kept.keys()) {
        if (kept.size <= maxEntries) break;
        kept.delete(oldest);
      }
    },
  };
}
