import type { CostSummary, Reason } from "@car/ir";
import type { EventFacts } from "./sample-log.js";

const cost: CostSummary = {
  tool_calls: 0,
  actions_executed: 0,
  actions_rejected: 0,
  actions_skipped: 0,
  retries: 0,
  total_duration_ms: 0,
  wall_ms: 0,
};

const TIMEOUT: Reason = { code: "timeout", message: "no answer within 5 ms", class: "timeout" };
export const DENIED: Reason = { code: "policy_denied", message: "tool `post` is denied", policies: ["deny_tool:post"] };
export const SKIPPED: Reason = {
  code: "dependency_unsuccessful",
  message: "`store-it` did not succeed",
  action_id: "store-it",
};

/** The proposal of the sample runs: `fetch` is retried, `store-it` is denied, `tell_them` depends on it. */
const proposal = {
  id: "p1",
  actions: [
    { id: "fetch", type: "tool_call", tool: "http_get", parameters: { password: "hunter2" } },
    { id: "store-it", type: "tool_call", tool: "post" },
    { id: "tell_them", type: "state_write" },
  ],
};

/** A run that is rolled back: one action succeeds at its second attempt, one is denied, one is skipped. */
export const ROLLED_BACK_RUN: readonly EventFacts[] = [
  { kind: "proposal_received", run: 0, data: { proposal, proposal_hash: "1".repeat(64), principal: "ann" } },
  { kind: "proposal_admitted", run: 0 },
  { kind: "policy_decided", run: 0, action: "fetch", data: { effect: "allow", reasons: [] } },
  { kind: "action_executing", run: 0, action: "fetch", attempt: 1 },
  { kind: "action_failed", run: 0, action: "fetch", attempt: 1, data: { reason: TIMEOUT, duration_ms: 5 } },
  { kind: "action_retrying", run: 0, action: "fetch", attempt: 1, data: { next_attempt: 2, delay_ms: 100 } },
  { kind: "action_executing", run: 0, action: "fetch", attempt: 2 },
  { kind: "action_succeeded", run: 0, action: "fetch", attempt: 2, data: { output: "hunter2", duration_ms: 1 } },
  {
    kind: "policy_decided",
    run: 0,
    action: "store-it",
    data: { effect: "deny", reasons: [{ policy_id: "deny_tool:post", message: "tool `post` is denied" }] },
  },
  { kind: "action_rejected", run: 0, action: "store-it", data: { reason: DENIED } },
  { kind: "action_skipped", run: 0, action: "tell_them", data: { reason: SKIPPED } },
  { kind: "compensation_started", run: 0, action: "fetch", data: { tool: "http_delete", parameters: {} } },
  { kind: "compensation_succeeded", run: 0, action: "fetch", data: { tool: "http_delete", output: null, attempts: 1 } },
  { kind: "state_rollback", run: 0, data: { keys: [], cause: { ...DENIED, action_id: "store-it" } } },
  {
    kind: "proposal_completed",
    run: 0,
    data: { status: "rolled_back", cost, external_effects_remain: false, cause: { ...DENIED, action_id: "store-it" } },
  },
];
