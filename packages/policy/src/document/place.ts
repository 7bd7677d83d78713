import type { PathStep } from "@car/ir/internal";

/** A place in a text; both counted from 1. Without a column only the line is known. */
export interface Place {
  readonly line: number;
  readonly column?: number;
}

/** Where the parts of a document stand in its text. */
export interface Places {
  /** Notes where the part at `path` stands; the first note counts. */
  note(path: readonly PathStep[], place: Place): void;
  /** Where the part at `path` stands, or the innermost part around it that has a known place. */
  find(path: readonly PathStep[]): Place | undefined;
}

interface Node {
  place: Place | undefined;
  readonly members: Map<string, Node>;
}

/** No places yet. */
export function noPlaces(): Places {
  const root: Node = { place: undefined, members: new Map() };
  return {
    note(path, place) {
      let node = root;
      for (const step of path) node = memberOf(node, String(step));
      node.place ??= place;
    },
    find(path) {
      let node: Node | undefined = root;
      let found = root.place;
      for (const step of path) {
        node = node.members.get(String(step));
        if (node === undefined) return found;
        found = node.place ?? found;
      }
      return found;
    },
  };
}

function memberOf(node: Node, name: string): Node {
  const known = node.members.get(name);
  if (known !== undefined) return known;
  const made: Node = { place: undefined, members: new Map() };
  node.members.set(name, made);
  return made;
}

/** Turns offsets into places. `\n`, `\r\n` and `\r` end a line; columns count UTF-16 units. */
export function placeFinder(text: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ 0: end, index }) => index + end.length)];
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
