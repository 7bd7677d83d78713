import { parseProposal } from "@car/ir";
import type { Act } from "../stage.js";
import { fingerprintOf, sameFingerprint } from "../workspace/fingerprint.js";
import { showIssues, showPlan } from "../account/show-plan.js";

/** Verification finds what is wrong with a plan without running any of it. */
export const flawedPlan: Act = {
  title: "A flawed plan is found out before anything runs",
  async play({ account, runtime, workspace, planner, record }) {
    const before = await fingerprintOf(workspace);
    const plan = parseProposal(await planner.propose({ name: "first_draft", knowledge: "" }));
    showPlan(account, plan);

    const { valid, issues } = await runtime.verify(plan);
    showIssues(account, issues);

    const blamed = new Set(issues.filter(({ severity }) => severity === "error").map(({ action_id }) => action_id));
    account.claim(
      "verify refuses it: `fix` and `push` cannot work as written",
      !valid && blamed.has("fix") && blamed.has("push"),
    );
    account.claim("no tool was called", record.calls.length === 0);
    account.claim(
      "files, commits, tags and the remote are as they were",
      sameFingerprint(before, await fingerprintOf(workspace)),
    );
  },
};
