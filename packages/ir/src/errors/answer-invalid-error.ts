import { CarError } from "./car-error.js";

/** One thing that is wrong with a model's answer. */
export interface AnswerProblem {
  /** JSON Pointer into the answer; empty for the whole answer. */
  readonly path: string;
  readonly message: string;
}

/** A model's answer was not the JSON that was asked for, not after being told what was wrong either. */
export class AnswerInvalidError extends CarError {
  readonly code = "CAR_INFERENCE_ANSWER_INVALID";
  readonly class = "terminal";
  /** What is wrong with the last answer. */
  readonly problems: readonly AnswerProblem[];
  /** The last answer's beginning. */
  readonly text: string;
  readonly model: string;
  /** Of all rounds. */
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };

  constructor(facts: Pick<AnswerInvalidError, "problems" | "text" | "model" | "usage">) {
    const list = facts.problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
    super(`the answer of model \`${facts.model}\` is not what was asked for: ${list}`);
    this.problems = facts.problems;
    this.text = facts.text;
    this.model = facts.model;
    this.usage = facts.usage;
  }
}
