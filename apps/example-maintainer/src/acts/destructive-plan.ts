import { parseProposal } from "@car/ir";
import { showRun } from "../account/show-run.js";
import type { Act } from "../stage.js";
import { fingerprintOf, sameFingerprint } from "../workspace/fingerprint.js";

/** A policy stops a command that would destroy the project, and what would have followed it. */
export const destructivePlan: Act = {
  title: "A destructive plan is denied",
  async play({ account, runtime, workspace, planner, record, events }) {
    record.clear();
    const before = await fingerprintOf(workspace);
    const plan = parseProposal(await planner.propose({ name: "clean_slate", knowledge: "" }));
    const result = await runtime.execute(plan);
    showRun(account, { actions: plan.actions, result, events });

    const wipe = result.results.find(({ action_id }) => action_id === "wipe");
    const after = await fingerprintOf(workspace);
    account.claim(
      `policy denied it, by ${wipe?.reason?.policies?.length ?? 0} rules of its file`,
      wipe?.status === "rejected" && wipe.reason?.code === "policy_denied",
    );
    const called = record.calls.map(({ tool }) => tool);
    account.claim("the program was never started, nor what came after it", called.join() === "git_status");
    account.claim(
      `nothing changed: git status is clean, the tree hashes to ${after.files.slice(0, 12)}`,
      sameFingerprint(before, after) && after.status === "",
    );
  },
};
