/** The count of a name that a tool or a host chose, such as `constructor`: an own member, or nothing. */
export function ownCount(counts: Readonly<Record<string, number>> | undefined, name: string): number | undefined {
  return counts !== undefined && Object.hasOwn(counts, name) ? counts[name] : undefined;
}
