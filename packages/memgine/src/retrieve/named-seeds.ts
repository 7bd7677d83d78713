import type { Store } from "../core/store.js";
import type { Seed } from "../graph/activation.js";

/** What a query names counts this much in all beside what its words find. */
const NAMED_WEIGHT = 0.3;

/** Hubs of the speakers, entities and conversations that a query names: activation starts there too. */
export function namedSeeds(store: Store, query: string): readonly Seed[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}'’&-]+/gu) ?? [];
  const hubs = new Set<number>();
  for (let start = 0; start < words.length; start += 1) {
    for (let length = 1; length <= 3 && start + length <= words.length; length += 1) {
      const hub = store.hubs.get(`e:${words.slice(start, start + length).join(" ")}`);
      if (hub !== undefined) hubs.add(hub);
    }
  }
  return [...hubs].map((node) => ({ node, weight: NAMED_WEIGHT / hubs.size }));
}
