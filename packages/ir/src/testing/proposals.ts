import { type InputProblem, problemText, ProposalInvalidError } from "../errors/detailed-errors.js";
import { parseProposal, type ParseProposalOptions } from "../proposal/parse-proposal.js";

/** The shortest tool call. */
export const CALL = { id: "a", type: "tool_call", tool: "echo" };

/** A proposal of the given actions, before it is parsed. */
export function withActions(...actions: unknown[]): { actions: unknown[] } {
  return { actions };
}

/** What `parseProposal` objects to. Fails when it objects to nothing, or throws anything else. */
export function problemsIn(json: unknown, options?: ParseProposalOptions): readonly InputProblem[] {
  try {
    parseProposal(json, options);
  } catch (error) {
    if (error instanceof ProposalInvalidError) return error.problems;
    throw error;
  }
  throw new Error("the proposal was accepted");
}

/** The problems as the lines a model is shown. */
export function linesIn(json: unknown, options?: ParseProposalOptions): readonly string[] {
  return problemsIn(json, options).map(problemText);
}
