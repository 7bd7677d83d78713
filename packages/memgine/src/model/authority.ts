/** Ranks from highest to lowest. Ranks in one inner list are equal. */
export type AuthorityScale = readonly (string | readonly string[])[];

/** The ranks a memory knows unless the host names its own. */
export const DEFAULT_AUTHORITIES: AuthorityScale = [
  ["policy", "system"],
  ["manager", "executive"],
  "user",
  "peer",
  "guest",
];

/** Gives each rank a number; higher outranks lower. An unknown rank counts as the lowest: nothing is trusted for its name. */
export function authorityRanks(scale: AuthorityScale): (authority: string) => number {
  const ranks = new Map<string, number>();
  for (const [index, names] of scale.entries()) {
    for (const name of typeof names === "string" ? [names] : names) ranks.set(name, scale.length - index);
  }
  return (authority) => ranks.get(authority) ?? 0;
}
