import type { Action } from "@car/ir";
import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";

/** Which actions a rule sees. */
export interface RuleScope {
  /** Tools, exact or `prefix*`, whose calls it sees. */
  readonly tools: readonly string[];
  /** Whether it sees actions on the state. */
  readonly stateActions: boolean;
}

/** What a rule says: nothing, a decision, or a promise of either. */
export type RuleAnswer = Decision | undefined | PromiseLike<Decision | undefined>;

interface CompiledBase {
  readonly id: string;
  readonly scope: RuleScope;
  /** State keys it reads to decide. */
  readonly keysRead: readonly string[];
}

/** A rule that answers each question for itself. */
export interface DecidingRule extends CompiledBase {
  readonly kind: "deciding";
  /** Asked only about actions in its scope. An exception is a denial. */
  evaluate(request: PolicyRequest, state: PolicyStateView): RuleAnswer;
}

/** A rule that counts calls. It comes last: a call that another rule denies is not counted. */
export interface CountingRule extends CompiledBase {
  readonly kind: "counting";
  /** What it says when there is no room. */
  readonly denial: Decision;
  hasRoom(request: PolicyRequest): boolean;
  /** Counts a call for which there was room. */
  take(request: PolicyRequest): void;
}

/** A rule, ready to be asked. */
export type CompiledRule = DecidingRule | CountingRule;

/** Every action there is. */
export const ALL_ACTIONS: RuleScope = { tools: ["*"], stateActions: true };

/** The calls of some tools. */
export function callsOf(...tools: readonly string[]): RuleScope {
  return { tools, stateActions: false };
}

/** The parameters of an action on the state. */
export type StateAction = Exclude<Action, { readonly type: "tool_call" }>;
