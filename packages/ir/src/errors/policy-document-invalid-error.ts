import { CarError } from "./car-error.js";
import { type InputProblem, problemText } from "./proposal-invalid-error.js";

/** One thing that is wrong with a policy document, and where. */
export interface PolicyDocumentProblem extends InputProblem {
  /** As given to the parser; absent for rules that code built. */
  readonly file?: string;
  /** Counted from 1. Absent when the place in the text is not known. */
  readonly line?: number;
  /** Counted from 1. Absent when only the line is known. */
  readonly column?: number;
}

/** Keeps the message readable; `problems` always has them all. */
const MOST_LISTED = 20;

/** A policy document, or a list of rules, is not one. Nothing of it was used. `problems` is in document order. */
export class PolicyDocumentInvalidError extends CarError {
  readonly code = "CAR_POLICY_DOCUMENT_INVALID";
  readonly problems: readonly PolicyDocumentProblem[];

  constructor(problems: readonly PolicyDocumentProblem[], options?: ErrorOptions) {
    const listed = problems.slice(0, MOST_LISTED).map((problem) => `${placeText(problem)}${problemText(problem)}`);
    const rest = problems.length > MOST_LISTED ? [`and ${problems.length - MOST_LISTED} more`] : [];
    super(`policy is invalid: ${[...listed, ...rest].join("; ")}`, options);
    this.problems = problems;
  }
}

/** `rules.yaml:4:7: `, as far as it is known; editors and terminals make a link of it. */
function placeText({ file, line, column }: PolicyDocumentProblem): string {
  const place = [file ?? (line === undefined ? undefined : "line"), line, column].filter((part) => part !== undefined);
  return place.length === 0 ? "" : `${place.join(":")}: `;
}
