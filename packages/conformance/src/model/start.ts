import type { JsonObject, JsonValue } from "@car/ir";
import { settleCall } from "./attempt.js";
import { reserve } from "./budget.js";
import { conditionHolds } from "./condition.js";
import { fail, refuse, succeed } from "./finish.js";
import { authorityRefusal, committedVersion, keyRefusal, needsApproval, resolvedParameters } from "./gates.js";
import { limitsOf } from "./plan.js";
import { type ActionRun, type AgendaEvent, isFirstOfMany, type ModelRun } from "./run.js";
import { consult } from "./sharing.js";
import type { ScriptedCall } from "./world.js";

/** Starts an action: references first, then the other gates, then the work itself. */
export function start(run: ModelRun, action: ActionRun): void {
  if (isFirstOfMany(run, action)) run.undecided = true;
  action.startedAt = run.now;
  const resolved = resolvedParameters(run, action);
  // Reading of the contract: nothing was tried yet, so a reference that leads nowhere refuses the action.
  if ("missing" in resolved) return refuse(run, action, "invalid");
  action.parameters = resolved.value as JsonObject;
  const refusal = keyRefusal(action);
  if (refusal !== undefined) return refuse(run, action, refusal);
  proceed(run, action);
}

/** The gates from the capability on, and then one attempt. Passed again after every wait. */
export function proceed(run: ModelRun, action: ActionRun): void {
  action.phase = "checking";
  const refusal = authorityRefusal(run, action);
  if (refusal !== undefined) return refuse(run, action, refusal);
  if (needsApproval(run, action)) return ask(run, action);
  if (consult(run, action) !== "goes") return;
  if (!reserve(run, action)) return;
  action.attempts += 1;
  if (action.planned.action.type === "tool_call") return callTool(run, action);
  actOnState(run, action);
}

/** The approver takes its time; without one there is nobody to ask. */
function ask(run: ModelRun, action: ActionRun): void {
  if (run.world.approves === undefined) return refuse(run, action, "approval_required");
  const { index, action: wire } = action.planned;
  action.phase = "asking";
  const at = run.now + (run.world.script.approvalMs[wire.id] ?? 0);
  run.agenda = [...run.agenda, { at, kind: "approval_answered", index, attempt: action.attempts }];
}

/** The approver has answered. An approval holds for every attempt of the action. */
export function approvalAnswered(run: ModelRun, action: ActionRun): void {
  if (run.world.approves !== true) return refuse(run, action, "approval_denied");
  action.approved = true;
  proceed(run, action);
}

function callTool(run: ModelRun, action: ActionRun): void {
  const { index, action: wire, tool } = action.planned;
  const attempt = action.attempts;
  const call = scriptedCall(run, action);
  action.phase = "calling";
  action.call = call;
  const at = run.now - run.startedAt;
  const made = { tool: tool?.name ?? "", action_id: wire.id, attempt, parameters: action.parameters, at };
  run.calls = [...run.calls, made];

  const timeoutMs = wire.timeout_ms ?? limitsOf(run.world).default_timeout_ms;
  const events: AgendaEvent[] = [];
  if (call.outcome.kind !== "hang") events.push({ at: run.now + call.latencyMs, kind: "settled", index, attempt });
  if (timeoutMs !== undefined) events.push({ at: run.now + timeoutMs, kind: "timed_out", index, attempt });
  if (call.latencyMs === 0 && call.outcome.kind !== "hang") settleCall(run, action);
  else run.agenda = [...run.agenda, ...events];
}

function scriptedCall(run: ModelRun, { planned, attempts }: ActionRun): ScriptedCall {
  const calls = run.world.script.calls[planned.action.id] ?? [];
  const call = calls[Math.min(attempts, calls.length) - 1];
  if (call === undefined) throw new TypeError(`the script says nothing about action \`${planned.action.id}\``);
  return call;
}

function actOnState(run: ModelRun, action: ActionRun): void {
  const wire = action.planned.action;
  const key = action.parameters["key"] as string;
  const newest = run.cells.get(key)?.newest?.value;
  switch (wire.type) {
    case "state_write": {
      const value: JsonValue = action.parameters["value"] ?? null;
      // Reading of the contract: what a write answers is the value it wrote.
      return succeed(run, action, { output: value, own: [{ key, value, origin: "model" }] });
    }
    case "state_read":
      action.read = { found: newest !== undefined, version: committedVersion(run, key) };
      return succeed(run, action, { output: newest ?? null, own: [] });
    case "assertion": {
      const condition = { operator: wire.parameters.operator, expected: action.parameters["expected"] };
      // Reading of the contract: an assertion has nothing to answer.
      if (conditionHolds(condition, newest)) return succeed(run, action, { output: null, own: [] });
      return fail(run, action, "precondition_failed");
    }
    case "tool_call":
      throw new TypeError("a tool call does not act on the state");
  }
}
