import { ConfigInvalidError } from "../errors/config-invalid-error.js";
import { nearestName } from "../parse/nearest-name.js";

/**
 * Refuses an options object with a field that nobody reads: what a misspelt option was to protect would not be there.
 * `what` is the name of the function or the option that takes the object.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) naming the first such field and the nearest known name.
 */
export function assertKnownOptions(options: object | undefined, known: readonly string[], what: string): void {
  if (options === undefined) return;
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? "" : `; did you mean \`${nearest}\`?`;
    throw new ConfigInvalidError(`\`${what}\` has no option \`${name}\`${hint}`);
  }
}
