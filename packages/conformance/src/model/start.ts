import type { JsonObject, JsonValue } from "@car/ir";
import type { ActionRun } from "./action-run.js";
import { answerTo, mayPass } from "./approvals.js";
import { settleCall } from "./attempt.js";
import { reserve } from "./budget.js";
import { conditionHolds } from "./condition.js";
import { fail, refuse, succeed } from "./finish.js";
import { authorityRefusal, committedVersion, keyRefusal, resolvedParameters } from "./gates.js";
import { limitsOf } from "./plan.js";
import { grantToken, takeToken } from "./rate.js";
import { isLargeForRun } from "./resolved-size.js";
import { type AgendaEvent, isFirstOfMany, type ModelRun } from "./run.js";
import { consult, serve } from "./sharing.js";
import type { ScriptedCall } from "./world.js";

/** Rechecks before one attempt that take time themselves. */
const MAX_RECHECKS = 8;

/** Starts an action: references first, then the other gates, then the work itself. */
export function start(run: ModelRun, action: ActionRun): void {
  if (isFirstOfMany(run, action)) run.undecided = true;
  action.startedAt = run.now;
  const resolved = resolvedParameters(run, action);
  // Reading of the contract: nothing was tried yet, so a reference that leads nowhere refuses the action.
  if ("missing" in resolved) return refuse(run, action, { code: "invalid" });
  action.parameters = resolved.value as JsonObject;
  if (isLargeForRun(run, action)) return refuse(run, action, { code: "invalid", limit: "max_resolved_bytes" });
  const refusal = keyRefusal(action);
  if (refusal !== undefined) return refuse(run, action, { code: refusal });
  proceed(run, action);
}

/**
 * The gates from the revocation on, and then one attempt.
 * Reading of the contract: when something was waited for, permission is asked for again once all gates have been passed, and
 * again as long as that takes time.
 */
export function proceed(run: ModelRun, action: ActionRun): void {
  action.passage = { isRecheck: false, isStale: false, rechecks: 0, stored: undefined };
  askPermission(run, action);
}

/** Revocation, capability, validation, policy and approval. */
function askPermission(run: ModelRun, action: ActionRun): void {
  action.phase = "checking";
  const refusal = authorityRefusal(run, action);
  if (refusal !== undefined) return refuse(run, action, { code: refusal });
  if (mayPass(run, action)) permitted(run, action);
}

/** The approver has answered. */
export function approvalAnswered(run: ModelRun, action: ActionRun): void {
  action.approval = answerTo(run, action.questions, action.askedFor);
  if (action.approval === undefined) return refuse(run, action, { code: "approval_denied" });
  permitted(run, action);
}

function permitted(run: ModelRun, action: ActionRun): void {
  if (action.passage.isRecheck) conclude(run, action);
  else queueUp(run, action);
}

/** Stored answers, budget and rate limit. */
export function queueUp(run: ModelRun, action: ActionRun): void {
  action.phase = "checking";
  const found = action.attempts === 0 ? consult(run, action) : "goes";
  if (found === "waits") {
    action.passage.isStale = true;
    return;
  }
  if (found !== "goes") {
    action.passage.stored = found;
    return conclude(run, action);
  }
  if (!reserve(run, action)) return;
  if (takeToken(run, action)) return conclude(run, action);
  action.passage.isStale = true;
}

/** The rate limit lets the action pass. Reading of the contract: the token is spent, whatever permission says now. */
export function passRateLimit(run: ModelRun, action: ActionRun): void {
  grantToken(run, action);
  conclude(run, action);
}

/** All gates have been passed. */
function conclude(run: ModelRun, action: ActionRun): void {
  const { passage } = action;
  if (passage.isStale) {
    if (passage.rechecks === MAX_RECHECKS) return refuse(run, action, { code: "approval_required" });
    passage.rechecks += 1;
    passage.isRecheck = true;
    passage.isStale = false;
    return askPermission(run, action);
  }
  if (passage.stored !== undefined) serve(run, action, passage.stored);
  else attempt(run, action);
}

/** The action has waited too long for the rate limit. Reading of the contract: that fails it, and nothing was tried. */
export function rateTimedOut(run: ModelRun, action: ActionRun): void {
  fail(run, action, { code: "timeout", class: "timeout" });
}

function attempt(run: ModelRun, action: ActionRun): void {
  action.attempts += 1;
  action.reserved = false;
  if (action.planned.action.type === "tool_call") return callTool(run, action);
  actOnState(run, action);
}

function callTool(run: ModelRun, action: ActionRun): void {
  const { index, action: wire, tool } = action.planned;
  const { attempts } = action;
  const call = scriptedCall(run, action);
  action.phase = "calling";
  action.call = call;
  const at = run.now - run.startedAt;
  const made = { tool: tool?.name ?? "", action_id: wire.id, attempt: attempts, parameters: action.parameters, at };
  run.calls = [...run.calls, made];

  if (call.latencyMs === 0 && call.outcome.kind !== "hang") return settleCall(run, action);
  const events: AgendaEvent[] = [];
  const expect = (kind: AgendaEvent["kind"], ms: number): void => {
    if (ms < Infinity) events.push({ at: run.now + ms, kind, index, attempt: attempts });
  };
  expect("settled", call.outcome.kind === "hang" ? Infinity : call.latencyMs);
  expect("timed_out", deadlineMs(run, action));
  run.agenda = [...run.agenda, ...events];
}

/** The longest time of one attempt: the host's, or less when the action asks for less. */
function deadlineMs(run: ModelRun, { planned: { action, tool } }: ActionRun): number {
  const cap = tool?.timeout_ms ?? limitsOf(run.world).default_timeout_ms;
  return Math.min(action.timeout_ms ?? Infinity, cap === "none" ? Infinity : cap);
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
      return fail(run, action, { code: "precondition_failed" });
    }
    case "tool_call":
      throw new TypeError("a tool call does not act on the state");
  }
}
