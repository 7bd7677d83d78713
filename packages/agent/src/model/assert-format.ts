import { ConfigInvalidError } from "@car/ir";

/** @throws `ConfigInvalidError` naming the shapes that there are, for one that there is not. */
export function assertFormat(format: unknown, known: readonly string[], what: string): void {
  if (typeof format === "string" && known.includes(format)) return;
  const given = typeof format === "string" ? `\`${format}\`` : typeof format;
  const names = known.map((name) => `\`${name}\``).join(", ");
  throw new ConfigInvalidError(`\`${what}\` has no shape ${given}; there are ${names}`);
}
