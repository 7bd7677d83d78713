import { ConfigInvalidError } from "../errors/plain-errors.js";
import { kindOf } from "./kind-of.js";
import { nearestName } from "../parse/nearest-name.js";

/**
 * Refuses an options object with a field that nobody reads, and what is no object: what a misspelt option was to protect
 * would not be there.
 * `what` is the name of the function or the option that takes the object.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) naming the first such field and the nearest known name, or saying what was given
 * instead of an object.
 */
export function assertKnownOptions(options: unknown, known: readonly string[], what: string): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ConfigInvalidError(`\`${what}\` takes its options as an object, not ${kindOf(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? "" : `; did you mean \`${nearest}\`?`;
    throw new ConfigInvalidError(`\`${what}\` has no option \`${name}\`${hint}`);
  }
}
