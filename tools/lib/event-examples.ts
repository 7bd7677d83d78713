import { type EventDataOf, type EventKind, parseProposal, parseToolSchema, proposalHash } from "@car/ir";

const RUN = "6f1c0a52d3b94e7788aa10430000002a";
const EARLIER = "6f1c0a52d3b94e7788aa104300000017";

const proposal = parseProposal({
  id: "b1946ac92492",
  timestamp: "2026-03-14T09:26:53.000Z",
  source: "model",
  actions: [{ id: "pay", type: "tool_call", tool: "refund", parameters: { order: "A-17", amount: 40 } }],
});
const hash = proposalHash(proposal);
const parameters = { order: "A-17", amount: 40 };
const output = { receipt: "R-9031" };
/** Who asks, the tool, the hash of its schema, the parameters. */
const RECEIPT_KEY = `["support-agent","refund","${"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"}",{"amount":40}]`;
const denial = { policy_id: "refund_limit", message: "refunds above 30 need somebody's approval" };
const failure = { code: "failed", message: "the payment provider did not answer", class: "transient" } as const;
const chain = { root_run_id: EARLIER, previous_run_id: EARLIER, attempt: 1 };
const skill = { skill_id: "s-12", name: "refund a late order", domain: "refunds" };

/** A payload of each kind, for the reference. */
export const EVENT_EXAMPLES: { readonly [K in EventKind]: EventDataOf[K] } = {
  proposal_received: {
    proposal,
    proposal_hash: hash,
    principal: "support-agent",
    config_version: 3,
    policy_version: "9d1f5be0c1f8",
  },
  proposal_admitted: {},
  proposal_rejected: {
    reasons: [
      {
        code: "unknown_tool",
        message: "tool `refnud` is not known, did you mean `refund`? (known: `refund`)",
        action_id: "pay",
      },
    ],
  },
  policy_decided: { effect: "require_approval", reasons: [denial] },
  action_validated: {},
  action_rejected: {
    reason: { code: "approval_denied", message: "approval was denied by ann: too much", policies: ["refund_limit"] },
    duration_ms: 0,
  },
  policy_violation: { reasons: [{ policy_id: "no_night_refunds", message: "no refunds between 22:00 and 6:00" }] },
  approval_requested: {
    run_id: RUN,
    proposal_id: "b1946ac92492",
    action_id: "pay",
    tool: "refund",
    parameters,
    principal: "support-agent",
    reasons: [denial],
    reversibility: "irreversible",
    approval_id: "4be1c02f",
    expires_at: 1_774_085_213_000,
  },
  approval_recorded: { approved: true, by: "ann", note: "checked the order" },
  action_executing: { parameters },
  action_succeeded: { output, duration_ms: 212, receipt: { key: RECEIPT_KEY, lasting: true } },
  action_failed: { reason: { ...failure, outcome: "unknown" }, duration_ms: 5_004 },
  action_retrying: { next_attempt: 2, delay_ms: 73.4 },
  action_skipped: {
    reason: {
      code: "dependency_unsuccessful",
      message: "it depends on `pay`, which did not succeed",
      action_id: "pay",
    },
    duration_ms: 0,
  },
  action_deduplicated: { from_run_id: EARLIER, from_action_id: "pay", output },
  action_in_doubt: {
    reason: { code: "in_doubt", message: "the process ended during the call; whether it acted is not known" },
    answer: "failed",
  },
  late_result_dropped: { attempt: 1, late_by_ms: 1_250 },
  cache_hit: { from_run_id: EARLIER, from_action_id: "look", age_ms: 41_000, output: { rate: 1.09 } },
  rate_limited: { tool: "refund", waited_ms: 900, granted: true },
  budget_exceeded: { limit: "max_tool_calls" },
  effect_mismatch: { key: "refunded", claimed: 40, reported: 30, deleted: false },
  state_changed: { changes: [{ key: "refunded", value: 40, origin: "tool" }] },
  state_snapshot: { entries: [{ key: "refunded", value: 40, origin: "tool", version: 7 }], version: 7 },
  state_rollback: { keys: ["refunded"], cause: { ...failure, action_id: "mail" } },
  compensation_started: { tool: "cancel_refund", parameters: { receipt: "R-9031" } },
  compensation_succeeded: { tool: "cancel_refund", output: { canceled: true }, attempts: 1 },
  compensation_failed: { tool: "cancel_refund", reason: failure, attempts: 4 },
  proposal_suspended: { waiting: [{ action_id: "pay", approval_id: "4be1c02f" }], versions: { refunded: 7 } },
  proposal_resumed: { after: "crash", unfinished: "resume" },
  proposal_canceled: { reason: { code: "canceled", message: "the user closed the window" } },
  proposal_completed: {
    status: "committed",
    cost: {
      tool_calls: 2,
      actions_executed: 1,
      actions_rejected: 0,
      actions_skipped: 0,
      retries: 1,
      total_duration_ms: 212,
      wall_ms: 301,
    },
    external_effects: "none",
    external_effects_remain: false,
  },
  config_changed: {
    change: "tool_registered",
    runtime: RUN.slice(0, 24),
    config_version: 4,
    tool: "refund",
    schema: parseToolSchema({ name: "refund", description: "Refunds an order.", idempotent: true }),
  },
  model_fallback: {
    capability: "infer",
    from: "large",
    to: "small",
    kind: "rate_limited",
    message: "too many requests",
    caller: { run_id: RUN, action_id: "summarise" },
  },
  skill_distilled: { ...skill, version: 1, origin: "mined" },
  skill_evolved: { ...skill, skill_id: "s-13", version: 2, origin: "evolved", parent: "s-12" },
  skill_deprecated: { skill_id: "s-12" },
  evolution_triggered: { domain: "refunds" },
  replan_requested: {
    ...chain,
    attempts_left: 2,
    proposal_hash: hash,
    status: "rolled_back",
    cause: { ...failure, action_id: "pay" },
  },
  replan_succeeded: { ...chain, run_id: RUN, proposal_hash: hash },
  replan_exhausted: { ...chain, previous_run_id: RUN, attempt: 3, proposal_hash: hash, stop: "replans_exhausted" },
  checkpoint_saved: { state_version: 7, entries: 12, receipts: 3 },
  checkpoint_restored: { source: { seq: 412, hash }, state_version: 7, changed_tools: ["refund"] },
  session_opened: { session_id: "a11c0ad960d9", principal: "ann", request: "refund order 7" },
  session_told: { session_id: "a11c0ad960d9", said: "and tell the customer" },
  image_read: {
    when: "before",
    tool: "fs_image",
    parameters: { paths: ["notes.md"] },
    output: { entries: [] },
    labels: ["untrusted"],
    reason: failure,
  },
  action_probed: {
    reason: failure,
    answer: "happened",
    output: { id: 7 },
    labels: ["untrusted"],
    problem: "it threw",
    is_compensation: false,
  },
  undo_started: {},
  undo_completed: { undone: [{ run_id: RUN, action_id: "write" }], external_effects: "none" },
};
