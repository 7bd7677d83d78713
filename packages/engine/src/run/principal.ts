import { ConfigInvalidError } from "@car/ir";
import { isWellFormed } from "@car/ir/internal";

const MAX_LENGTH = 1_024;

/** @throws `ConfigInvalidError` for what no log, receipt or policy could name. */
export function assertPrincipal(principal: unknown): asserts principal is string {
  if (typeof principal !== "string") throw new ConfigInvalidError("`principal` is not a text");
  if (principal.length > MAX_LENGTH)
    throw new ConfigInvalidError(`\`principal\` is longer than ${MAX_LENGTH} characters`);
  if (!isWellFormed(principal))
    throw new ConfigInvalidError("`principal` is not well-formed text: half of a surrogate pair");
}
