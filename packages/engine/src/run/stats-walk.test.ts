import fc from "fast-check";
import { it } from "vitest";
import { anyWalk } from "../testing/walk/any-walk.js";
import { takeWalk } from "../testing/walk/take-walk.js";
import { WalkLog } from "../testing/walk/walk-log.js";

it("stats", { timeout: 600_000 }, async () => {
  const counts = new Map<string, number>();
  const count = (k: string) => counts.set(k, (counts.get(k) ?? 0) + 1);
  const append = WalkLog.prototype.append;
  WalkLog.prototype.append = function (draft) {
    const d = draft.data as any;
    count(draft.kind + (draft.kind === "proposal_completed" ? ` ${d.status} ${d.external_effects}${d.cause ? " " + d.cause.code : ""}` : "") + (["action_rejected","action_failed","action_skipped","compensation_failed"].includes(draft.kind) ? ` ${d.reason.code} ${d.reason.outcome ?? ""}` : "")
     + (draft.kind === "proposal_received" ? (d.parent_run_id ? " child" : "") : "") + (draft.kind==="proposal_resumed" ? ` ${d.after}`:"") + (draft.kind==="action_in_doubt" ? ` ${d.answer}`:""));
    return append.call(this, draft);
  };
  for (const walk of fc.sample(anyWalk, { numRuns: 1500, seed: 7 })) await takeWalk(walk);
  WalkLog.prototype.append = append;
  console.log([...counts].sort().map(([k, n]) => `${k}: ${n}`).join("\n"));
});
