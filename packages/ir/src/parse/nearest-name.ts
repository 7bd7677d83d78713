/** Longer names get no suggestion: comparing costs time in proportion to the square of the length. */
const MAX_LENGTH = 64;
const MIN_PREFIX = 3;
const MIN_COMMON = 5;

/**
 * The known name that `name` was probably meant to be, or `undefined`. Compared without case, `_` and `-`: one to three
 * letters, depending on the length, may be wrong, missing, added or swapped, one name may begin with the other, or both may
 * have five letters or more in common at the beginning, or at the end.
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
  return best ?? known.find((candidate) => beginsAlike(plain, plainName(candidate))) ?? mostAlike(plain, known);
}

/** `depends_on` is no misspelling of `dependencies`, and is meant to be it: the longest beginning, or end, of five letters or more. */
function mostAlike(plain: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let longest = MIN_COMMON - 1;
  for (const candidate of known) {
    const other = plainName(candidate);
    const common = other.endsWith(plain) ? plain.length : commonPrefix(plain, other);
    if (common > longest) [best, longest] = [candidate, common];
  }
  return best;
}

function commonPrefix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
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
