import { contentHash, type JsonObject, type JsonValue } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import {
  ALLOW,
  type Decision,
  type PolicyEngine,
  type PolicyReason,
  type PolicyRequest,
  type PolicyStateView,
} from "@car/ir/ports";
import {
  preparsePolicySet,
  statefulIsAuthorized,
  type StatefulAuthorizationCall,
} from "@cedar-policy/cedar-wasm/nodejs";
import { type CedarStatement, invalid, readCedar } from "./cedar-document.js";
import { cedarRecord, NotInCedar } from "./cedar-value.js";

/** What Cedar policies may look at. */
export interface CedarPolicyOptions {
  /** Policies in Cedar's own language. */
  readonly policies: string;
  /** State keys that are in `context.state`, as a host or a tool stands for them; those that hold nothing are left out. */
  readonly stateKeys?: readonly string[];
  /** Puts the labels of the parameters into `context.labels`; the runtime then follows data. Default false. */
  readonly labels?: boolean;
}

const OPTIONS = ["policies", "stateKeys", "labels"] as const satisfies readonly (keyof CedarPolicyOptions)[];

/**
 * A policy engine of Cedar policies, which are parsed once. An action is asked about as
 * `Principal::"NAME"`, `Action::"tool_call"` (or another type of action), and `Tool::"NAME"` (or `State::"KEY"`), with `context.parameters`, `context.attempt`, and what the
 * options add. What no `permit` matches, what a `forbid` matches, what Cedar cannot evaluate and what has no value in
 * Cedar is denied; a `permit` with `@effect("require_approval")` asks.
 * @throws `PolicyDocumentInvalidError` when the text is not Cedar.
 */
export function cedarPolicy(options: CedarPolicyOptions): PolicyEngine {
  assertKnownOptions(options, OPTIONS, "cedarPolicy");
  const { policies, stateKeys = [], labels = false } = options;
  const statements = readCedar(policies);
  const texts = Object.fromEntries([...statements].map(([id, { text }]) => [id, text]));
  const version = contentHash({ cedar: texts, stateKeys: [...stateKeys], labels });
  const parsed = preparsePolicySet(version, { staticPolicies: texts });
  if (parsed.type === "failure") throw invalid(parsed.errors.map(({ message }) => message));
  const keys = Object.freeze([...new Set(stateKeys)]);
  return {
    version,
    supports: { rateLimits: false, flow: labels },
    check(request, state) {
      try {
        return answer(statements, callOf(request, { state, keys, labels, version }));
      } catch (error) {
        if (error instanceof NotInCedar) return denial("not_in_cedar", `the parameters have ${error.message}`);
        throw error;
      }
    },
    keysRead: () => keys,
  };
}

interface Surroundings {
  readonly state: PolicyStateView;
  readonly keys: readonly string[];
  readonly labels: boolean;
  readonly version: string;
}

function callOf(request: PolicyRequest, { state, keys, labels, version }: Surroundings): StatefulAuthorizationCall {
  const { action, parameters, principal, attempt, flow } = request;
  const context: JsonObject = {
    parameters,
    attempt,
    state: stateOf(state, keys),
    ...(labels && { labels: [...(flow?.labels() ?? [])] }),
  };
  return {
    principal: { type: "Principal", id: principal },
    action: { type: "Action", id: action.type },
    resource: resourceOf(request),
    context: cedarRecord(context),
    entities: [],
    preparsedPolicySetId: version,
  };
}

function resourceOf({ action, parameters }: PolicyRequest): { readonly type: string; readonly id: string } {
  if (action.type === "tool_call") return { type: "Tool", id: action.tool };
  const { key } = parameters;
  return { type: "State", id: typeof key === "string" ? key : "" };
}

function stateOf(state: PolicyStateView, keys: readonly string[]): JsonObject {
  const held: [string, JsonValue][] = [];
  for (const key of keys) {
    const value = state.get(key);
    if (value !== undefined) held.push([key, value]);
  }
  return Object.fromEntries(held);
}

function answer(statements: ReadonlyMap<string, CedarStatement>, call: StatefulAuthorizationCall): Decision {
  const given = statefulIsAuthorized(call);
  if (given.type === "failure") return denial("cedar_error", "Cedar could not decide, so it denies");
  const { decision, diagnostics } = given.response;
  if (diagnostics.errors.length > 0) {
    return {
      effect: "deny",
      reasons: diagnostics.errors.map(({ policyId }) => reasonOf(policyId, "it could not be evaluated")),
    };
  }
  const reasons = (isMeant: (statement: CedarStatement) => boolean, otherwise: string): readonly PolicyReason[] =>
    diagnostics.reason.flatMap((id) => {
      const statement = statements.get(id);
      return statement !== undefined && isMeant(statement) ? [reasonOf(id, statement.reason ?? otherwise)] : [];
    });
  if (decision === "deny") {
    const forbidden = reasons(() => true, "it forbids this");
    return forbidden.length > 0 ? { effect: "deny", reasons: forbidden } : denial("default", "no policy permits this");
  }
  const asking = reasons(({ asks }) => asks, "somebody is asked first");
  return asking.length > 0 ? { effect: "require_approval", reasons: asking } : ALLOW;
}

function denial(policy_id: string, message: string): Decision {
  return { effect: "deny", reasons: [reasonOf(policy_id, message)] };
}

function reasonOf(policy_id: string, message: string): PolicyReason {
  return { policy_id, message };
}
