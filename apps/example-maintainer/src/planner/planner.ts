/** The plans that the story asks for, in its order. */
export type PlanName = "first_draft" | "clean_slate" | "survey" | "quick_fix" | "release";

/** What a planner is asked. */
export interface PlanRequest {
  readonly name: PlanName;
  /** What the agent has read so far, as text. */
  readonly knowledge: string;
  /** What became of the plan proposed before, in words; absent the first time. */
  readonly feedback?: string;
}

/** Proposes plans. What it proposes is data that nobody trusts. */
export interface Planner {
  /** For the account: who proposes. */
  readonly name: string;
  /** How often it may be asked for one plan. More than once only if it listens to `feedback`. */
  readonly maxTurns: number;
  /**
   * The next plan of that name: a proposal, as JSON.
   * @throws `PlannerFailedError` when the planner cannot be reached or does not answer with a plan.
   */
  propose(request: PlanRequest): Promise<unknown>;
}

/** The planner did not deliver a plan; the message says why. */
export class PlannerFailedError extends Error {
  override readonly name = "PlannerFailedError";
}
