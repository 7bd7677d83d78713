import type { CapabilityGuard } from "../config/capability-guard.js";
import type { Limits } from "../config/limits.js";
import type { Reason } from "../result/reason.js";

const NONE: readonly Reason[] = Object.freeze([]);

/** Why so many actions are too many: for the limits, for the capability set. */
export function sizeProblems(
  count: number,
  { max_actions: limit }: Pick<Limits, "max_actions">,
  capabilities: CapabilityGuard | undefined,
): readonly Reason[] {
  const granted = capabilities?.maxActions ?? limit;
  if (count <= limit && count <= granted) return NONE;
  const problems: Reason[] = [];
  if (count > limit) {
    const message = `the proposal has ${count} actions, at most ${limit} are allowed`;
    problems.push({ code: "invalid", message, limit: "max_actions" });
  }
  if (capabilities?.maxActions !== undefined && count > granted) {
    const message = `the proposal has ${count} actions, the capability set allows ${granted}`;
    problems.push({ code: "capability_denied", message, limit: "max_actions" });
  }
  return problems;
}
