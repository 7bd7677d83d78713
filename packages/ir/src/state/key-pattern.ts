/** True when `pattern` names every key that starts with what stands before its final `*`. */
export function isPrefixPattern(pattern: string): boolean {
  return pattern.endsWith("*");
}

/** True when `pattern`, an exact key or `prefix*`, covers `key`. */
export function matchesKey(pattern: string, key: string): boolean {
  return isPrefixPattern(pattern) ? key.startsWith(pattern.slice(0, -1)) : pattern === key;
}

/** True when some key could be covered by both patterns. */
export function patternsOverlap(left: string, right: string): boolean {
  if (!isPrefixPattern(left)) return matchesKey(right, left);
  if (!isPrefixPattern(right)) return matchesKey(left, right);
  const leftPrefix = left.slice(0, -1);
  const rightPrefix = right.slice(0, -1);
  return leftPrefix.startsWith(rightPrefix) || rightPrefix.startsWith(leftPrefix);
}
