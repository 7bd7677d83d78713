/** A navigable graph over slots: near slots are linked, on levels that thin out upwards. */
export interface Hnsw {
  /** Links a slot. Slots are added once, in ascending order. */
  add(slot: number): void;
  /** About the `limit` slots most similar to a query, best first. */
  search(similarityTo: (slot: number) => number, limit: number): readonly number[];
}

interface Near {
  readonly slot: number;
  readonly similarity: number;
}

const LINKS = 12;
const LINKS_BELOW = 24;
const WIDTH_OF_BUILD = 48;
const LEAST_WIDTH = 64;

interface Levels {
  readonly between: (left: number, right: number) => number;
  /** Per level: links of each slot on it. */
  readonly links: Map<number, number[]>[];
  entry: number;
}

/** An empty graph. `between` is symmetric; higher is nearer. Levels come from the slot's number, so equal inputs give equal graphs. */
export function createHnsw(between: (left: number, right: number) => number): Hnsw {
  const levels: Levels = { between, links: [], entry: -1 };
  return {
    add: (slot) => addSlot(levels, slot),
    search(similarityTo, limit) {
      if (levels.entry < 0) return [];
      const start = descend(levels, 0, similarityTo);
      const width = Math.max(limit, LEAST_WIDTH);
      const near = explore({ start, width, links: (slot) => linksOf(levels, 0, slot) }, similarityTo);
      return near.slice(0, limit).map(({ slot }) => slot);
    },
  };
}

function addSlot(levels: Levels, slot: number): void {
  const top = levels.links.length - 1;
  const level = levelOf(slot);
  while (levels.links.length <= level) levels.links.push(new Map());
  for (let at = 0; at <= level; at += 1) levels.links[at]?.set(slot, []);
  if (levels.entry >= 0) {
    const similarityTo = (other: number): number => levels.between(slot, other);
    let start = descend(levels, Math.min(level, top), similarityTo, top);
    for (let at = Math.min(level, top); at >= 0; at -= 1) {
      const links = (other: number): readonly number[] => linksOf(levels, at, other);
      const near = explore({ start, width: WIDTH_OF_BUILD, links }, similarityTo);
      connect(
        levels,
        { level: at, slot },
        near.filter((one) => one.slot !== slot),
      );
      start = near[0]?.slot ?? start;
    }
  }
  if (level > top || levels.entry < 0) levels.entry = slot;
}

function linksOf(levels: Levels, level: number, slot: number): readonly number[] {
  return levels.links[level]?.get(slot) ?? [];
}

/** From the entry down to level `to`, at each level as near as single steps lead. */
function descend(
  levels: Levels,
  to: number,
  ...[similarityTo, from]: [similarityTo: (slot: number) => number, from?: number]
): number {
  let at = levels.entry;
  for (let level = from ?? levels.links.length - 1; level > to; level -= 1) {
    for (let moved = true; moved;) {
      const here = similarityTo(at);
      const better = linksOf(levels, level, at).find((next) => similarityTo(next) > here);
      moved = better !== undefined;
      at = better ?? at;
    }
  }
  return at;
}

function connect(
  levels: Levels,
  { level, slot }: { readonly level: number; readonly slot: number },
  near: readonly Near[],
): void {
  const most = level === 0 ? LINKS_BELOW : LINKS;
  const layer = levels.links[level] as Map<number, number[]>;
  layer.set(
    slot,
    near.slice(0, LINKS).map((one) => one.slot),
  );
  for (const { slot: other } of near.slice(0, LINKS)) {
    const links = [...(layer.get(other) ?? []), slot];
    layer.set(other, links.length <= most ? links : nearest(other, links, levels.between).slice(0, most));
  }
}

/** Best-first search of one level; keeps the `width` nearest. */
function explore(
  level: { readonly start: number; readonly width: number; readonly links: (slot: number) => readonly number[] },
  similarityTo: (slot: number) => number,
): readonly Near[] {
  const seen = new Set([level.start]);
  const found: Near[] = [{ slot: level.start, similarity: similarityTo(level.start) }];
  const open: Near[] = [...found];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const worst = found.at(-1)?.similarity ?? -Infinity;
    if (found.length >= level.width && next.similarity < worst) break;
    for (const slot of level.links(next.slot)) {
      if (seen.has(slot)) continue;
      seen.add(slot);
      const near = { slot, similarity: similarityTo(slot) };
      if (found.length >= level.width && near.similarity <= (found.at(-1)?.similarity ?? -Infinity)) continue;
      insertSorted(found, near);
      insertSorted(open, near);
      if (found.length > level.width) found.pop();
    }
  }
  return found;
}

/** Best first; equal ones by ascending slot. */
function insertSorted(list: Near[], near: Near): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle] as Near;
    const isBefore =
      other.similarity > near.similarity || (other.similarity === near.similarity && other.slot < near.slot);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, near);
}

function nearest(slot: number, links: readonly number[], between: (left: number, right: number) => number): number[] {
  const scored = links.map((other) => ({ other, similarity: between(slot, other) }));
  return scored.sort((a, b) => b.similarity - a.similarity || a.other - b.other).map(({ other }) => other);
}

/** One slot in twelve is a level higher. */
function levelOf(slot: number): number {
  let mixed = Math.imul(slot + 1, 0x9e3779b1) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
  const share = ((mixed ^ (mixed >>> 13)) >>> 0) / 4_294_967_296;
  return Math.min(8, Math.floor(-Math.log(share + 1e-12) / Math.log(LINKS)));
}
