import type { Action, JsonObject } from "@car/ir";
import type { Decision, PlanFinding, PolicyPlan, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import type { RuleScope } from "./rule-scope.js";

/** What a rule says: nothing, a decision, or a promise of either. */
export type RuleAnswer = Decision | undefined | PromiseLike<Decision | undefined>;

interface CompiledBase {
  readonly id: string;
  readonly scope: RuleScope;
  /** Tools that it speaks of besides those whose calls it sees. */
  readonly names?: readonly string[];
  /** State keys it reads to decide. */
  readonly keysRead: readonly string[];
}

/** How a rule answers that looks at nothing but the action: what it says before anything runs holds to the end. */
export interface Judgement {
  /**
   * The parameters (top level) that it looks at. `some`: any of them, and what it finds in one counts whatever the others
   * are; `all`: the answer may hang on each.
   */
  readonly params: readonly string[] | "some" | "all";
  readonly judge: (parameters: JsonObject, action: Action) => Decision | undefined;
}

/** A rule that answers each question for itself. */
export interface DecidingRule extends CompiledBase {
  readonly kind: "deciding";
  /** Of a rule that looks at nothing but the action: what `evaluate` says, for whoever asks before anything runs. */
  readonly judgement?: Judgement;
  /** What it looks at besides the action and the state. */
  readonly asks?: "flow" | "history";
  /** Asked only about actions in its scope. An exception is a denial. */
  evaluate(request: PolicyRequest, state: PolicyStateView): RuleAnswer;
  /** Whether it has nothing to say about plans in which nothing has a label. */
  readonly needsLabels?: boolean;
  /** Asked about a whole proposal, with the positions of the actions in its scope. */
  plan?(plan: PolicyPlan, actions: readonly number[]): readonly PlanFinding[];
}

/** A rule that decides nothing: it takes labels off what a tool puts out. */
export interface EndorsingRule extends CompiledBase {
  readonly kind: "endorsing";
  readonly removes: readonly string[];
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
export type CompiledRule = DecidingRule | CountingRule | EndorsingRule;
