import type { ApprovalDesk } from "../run/host.js";
import type { ReplayParts } from "./replay-parts.js";
export function scriptedApprovals(_parts: ReplayParts): ApprovalDesk | undefined {
  return undefined;
}
