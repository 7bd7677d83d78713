import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import type { RuleScope } from "./rule-scope.js";

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
