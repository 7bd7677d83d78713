/** Longer names get no suggestion: comparing costs time in proportion to the square of the length. */
const MAX_LENGTH = 64;
const MIN_PREFIX = 3;

/**
 * The known name that `name` was probably meant to be, or `undefined`. Compared without case, `_` and `-`: one to three
 * letters, depending on the length, may be wrong, missing, added or swapped, or one name may begin with the other.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const plain = plainName(name);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = distanceWithin(plain, plainName(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? known.find((candidate) => beginsAlike(plain, plainName(candidate)));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

function beginsAlike(left: string, right: string): boolean {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return short.length >= MIN_PREFIX && long.startsWith(short);
}

/** The distance, or infinity when it is more than names of this length may differ. */
function distanceWithin(left: string, right: string): number {
  const allowed = typosIn(Math.max(left.length, right.length));
  if (Math.abs(left.length - right.length) > allowed) return Infinity;
  const distance = editDistance(left, right);
  return distance <= allowed ? distance : Infinity;
}

function typosIn(length: number): number {
  if (length < 6) return length < 3 ? 0 : 1;
  return length < 12 ? 2 : 3;
}

/** Damerau-Levenshtein distance, in which a swap of two neighbours counts as one edit. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      const edited = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + cost);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(swapped ? Math.min(edited, at(beforeLast, column - 2) + 1) : edited);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
