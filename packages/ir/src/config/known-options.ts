import { ConfigInvalidError } from "../errors/config-invalid-error.js";
import { nearestName } from "../parse/nearest-name.js";

/**
 * Refuses options that nobody reads: a misspelt policy is no policy.
 * @throws `ConfigInvalidError` naming the option and the nearest known one.
 */
export function assertKnownOptions(options: object | undefined, known: readonly string[], what: string): void {
  for (const name of Object.keys(options ?? {})) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? "" : `; did you mean \`${nearest}\`?`;
    throw new ConfigInvalidError(`\`${what}\` has no option \`${name}\`${hint}`);
  }
}
