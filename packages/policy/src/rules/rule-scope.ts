/** Which actions a rule sees. */
export interface RuleScope {
  /** Tools, exact or `prefix*`, whose calls it sees. */
  readonly tools: readonly string[];
  /** Whether it sees actions on the state. */
  readonly stateActions: boolean;
}

/** Every action there is. */
export const ALL_ACTIONS: RuleScope = { tools: ["*"], stateActions: true };

/** The calls of some tools. */
export function callsOf(...tools: readonly string[]): RuleScope {
  return { tools, stateActions: false };
}
