import { EVENT_KINDS, type CarEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { type EventFacts, sampleEvents } from "../testing/sample-log.js";
import { DENIED, ROLLED_BACK_RUN, SKIPPED } from "../testing/sample-runs.js";
import type { ActionExplanation } from "./action-explanation.js";
import { describeEvent } from "./describe-event.js";
import { explainAction } from "./explain-action.js";

async function explained(
  actionId: string,
  facts: readonly EventFacts[] = ROLLED_BACK_RUN,
): Promise<ActionExplanation | undefined> {
  return explainAction(await sampleEvents(facts), actionId);
}

const COMMITTED_LATER: readonly EventFacts[] = [
  { kind: "proposal_received", run: 1 },
  { kind: "action_succeeded", run: 1, action: "fetch", attempt: 1, data: { output: 1 } },
  { kind: "proposal_completed", run: 1, data: { status: "committed" } },
];

describe("explainAction", () => {
  it("[EL-70] [7.1] tells outcome, reason, rules and events of a denied action", async () => {
    expect(await explained("store-it")).toMatchObject({
      action_id: "store-it",
      proposal_id: "a1a1a1a1a1a1",
      outcome: "rejected",
      reason: DENIED,
      attempts: 0,
      policies: ["deny_tool:post"],
      causes: [],
      run: { status: "rolled_back", cause: { action_id: "store-it" } },
      rolled_back: false,
      timeline: [
        { seq: 9, kind: "policy_decided", text: "policy decided: deny: tool `post` is denied (deny_tool:post)" },
        {
          seq: 10,
          kind: "action_rejected",
          text: "action rejected: tool `post` is denied (policy_denied, deny_tool:post)",
        },
      ],
    });
  });

  it("[EL-70] [7.1] tells attempts, rollback and compensation of an action that had succeeded", async () => {
    const explanation = await explained("fetch");
    expect(explanation).toMatchObject({ outcome: "succeeded", attempts: 2, rolled_back: true, compensated: true });
    expect(explanation?.timeline.map(({ kind, attempt }) => [kind, attempt])).toEqual([
      ["policy_decided", undefined],
      ["action_executing", 1],
      ["action_failed", 1],
      ["action_retrying", 1],
      ["action_executing", 2],
      ["action_succeeded", 2],
      ["compensation_started", undefined],
      ["compensation_succeeded", undefined],
    ]);
    expect(explanation?.causes).toEqual([{ action_id: "store-it", outcome: "rejected", reason: DENIED }]);
  });

  it("[EL-71] [3.4] follows a chain of skips to the first cause", async () => {
    const chain: EventFacts[] = [
      { kind: "action_rejected", run: 0, action: "fetch", data: { reason: DENIED } },
      { kind: "action_skipped", run: 0, action: "store-it", data: { reason: { ...SKIPPED, action_id: "fetch" } } },
      { kind: "action_skipped", run: 0, action: "tell_them", data: { reason: SKIPPED } },
    ];
    expect((await explained("tell_them", chain))?.causes.map(({ action_id, outcome }) => [action_id, outcome])).toEqual(
      [
        ["store-it", "skipped"],
        ["fetch", "rejected"],
      ],
    );
  });

  it("[EL-71] an aborted action goes back to what stopped the run", async () => {
    const aborted: EventFacts = {
      kind: "action_skipped",
      run: 0,
      action: "tell_them",
      data: { reason: { code: "aborted", message: "the run was aborted" } },
    };
    const explanation = await explained("tell_them", ROLLED_BACK_RUN.with(10, aborted));
    expect(explanation?.causes).toEqual([{ action_id: "store-it", outcome: "rejected", reason: DENIED }]);
  });

  it("[EL-71] reasons that name each other do not hang the explanation", async () => {
    const skip = (action: string, cause: string): EventFacts => ({
      kind: "action_skipped",
      run: 0,
      action,
      data: { reason: { ...SKIPPED, action_id: cause } },
    });
    const explanation = await explained("fetch", [skip("fetch", "store-it"), skip("store-it", "fetch")]);
    expect(explanation?.causes.map(({ action_id }) => action_id)).toEqual(["store-it"]);
  });

  it("[EL-70] an action of a refused proposal is explained by the refusal", async () => {
    const reasons = [{ code: "unknown_tool", message: "no tool `nope`", action_id: "fetch" }];
    const refused: EventFacts[] = [
      { kind: "proposal_rejected", run: 0, data: { reasons } },
      { kind: "proposal_completed", run: 0, data: { status: "rejected", cause: reasons[0] } },
    ];
    expect(await explained("fetch", refused)).toMatchObject({
      outcome: "rejected",
      reason: reasons[0],
      run: { status: "rejected" },
      timeline: [{ kind: "proposal_rejected", text: "proposal rejected: no tool `nope` (unknown_tool)" }],
    });
    expect(await explained("tell_them", refused)).toBeUndefined();
  });

  it("[EL-70] an action without an end is unfinished", async () => {
    expect(await explained("fetch", ROLLED_BACK_RUN.slice(0, 4))).toMatchObject({
      outcome: "unfinished",
      attempts: 1,
      run: {},
      rolled_back: false,
    });
  });

  it("[EL-72] [7.1] means the last run in which the action appears, or the one that is named", async () => {
    const facts = [...ROLLED_BACK_RUN, ...COMMITTED_LATER];
    expect(await explained("fetch", facts)).toMatchObject({ run: { status: "committed" }, rolled_back: false });
    const events = await sampleEvents(facts);
    const runId = events[0]?.run_id ?? "";
    expect(await explainAction(events, "fetch", { runId })).toMatchObject({ run_id: runId, rolled_back: true });
  });

  it("[EL-72] an action the log does not know gives undefined", async () => {
    expect(await explained("nobody")).toBeUndefined();
    expect(await explainAction(await sampleEvents(ROLLED_BACK_RUN), "fetch", { runId: "none" })).toBeUndefined();
  });
});

describe("describeEvent", () => {
  it("[EL-73] [7.4] says what happened and why, without the values of secrets", async () => {
    const texts = (await sampleEvents(ROLLED_BACK_RUN)).map((event) => describeEvent(event));
    expect(texts).toContain('action succeeded: "hunter2"');
    expect(texts[4]).toBe("action failed: no answer within 5 ms (timeout)");
    expect(texts[11]).toMatch(/^compensation started with `http_delete`/);
    expect(texts[14]).toBe("proposal ended: rolled_back: tool `post` is denied (policy_denied, deny_tool:post)");
  });

  it.each<[data: object, kind: CarEvent["kind"], text: string]>([
    [{ approved: true, by: "bob" }, "approval_recorded", "approval recorded: approved"],
    [{ approved: false }, "approval_recorded", "approval recorded: denied"],
    [{ change: "tool_revoked" }, "config_changed", "configuration changed: tool_revoked"],
    [{ from_run_id: "r1", from_action_id: "a" }, "cache_hit", "answered from the cache of `a` in run r1"],
    [{}, "action_deduplicated", "answered by an earlier call"],
    [{ reasons: [{ policy_id: "p", message: "m" }, {}] }, "policy_violation", "policy violation: m (p);  (unknown)"],
  ])("[EL-73] %j of %s", async (data, kind, text) => {
    const [event] = await sampleEvents([{ kind, data }]);
    expect(describeEvent(event as CarEvent)).toBe(text);
  });

  it.each(EVENT_KINDS)("[EL-73] [7.4] works for an erased %s", async (kind) => {
    const [event] = await sampleEvents([{ kind, data: { x: 1 } }]);
    expect(describeEvent({ ...(event as CarEvent), data: {}, data_digest: "1".repeat(64) })).toMatch(
      / \(payload erased\)$/,
    );
  });
});
