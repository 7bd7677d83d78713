import { CarError } from "./car-error.js";

/** One thing that is wrong with a piece of JSON, and where. */
export interface InputProblem {
  /** JSONPath-like place, such as `actions[2].state_dependancies`; empty for the whole input. */
  readonly path: string;
  readonly message: string;
  /** The nearest known name, when a name was not known. */
  readonly did_you_mean?: string;
}

/** The input is not a proposal. `problems` lists everything that is wrong, in document order. */
export class ProposalInvalidError extends CarError {
  readonly code = "CAR_PROPOSAL_INVALID";
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], options?: ErrorOptions) {
    super(`proposal is invalid: ${problems.map(problemText).join("; ")}`, options);
    this.problems = problems;
  }
}

/** One problem as a line of text: place, what is wrong, and what was probably meant. */
export function problemText(problem: InputProblem): string {
  const place = problem.path === "" ? "" : `${problem.path}: `;
  const hint = problem.did_you_mean === undefined ? "" : `, did you mean \`${problem.did_you_mean}\`?`;
  return `${place}${problem.message}${hint}`;
}
