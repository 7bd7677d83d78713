import { type ActionProposal, CarError, type InputProblem, parseProposal, problemText, type Reason } from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { Host } from "./host.js";
import type { Proposed } from "./run-scope.js";
import { messageOf } from "./thrown.js";

/** What is wrong with input that is no proposal, and what little of it can be named. */
export interface UnparsedInput {
  readonly problems: readonly Reason[];
  readonly named: Proposed;
}

/** Parses. Never throws. */
export function parseInput(
  input: unknown,
  { parsing }: Pick<Host, "parsing">,
  config: ConfigSnapshot,
): ActionProposal | UnparsedInput {
  try {
    return parseProposal(input, parsing);
  } catch (error) {
    return { problems: reasonsOf(error), named: { id: nameOf(input), actions: actionsOf(input, config) } };
  }
}

function reasonsOf(error: unknown): readonly Reason[] {
  if (!CarError.isInstance(error) || error.code !== "CAR_PROPOSAL_INVALID") {
    const message = `the proposal could not be read: ${messageOf(error)}`;
    return [{ code: "invalid", message }];
  }
  const { problems } = error as unknown as { readonly problems: readonly InputProblem[] };
  return problems.map((problem) => ({
    code: "invalid",
    message: problemText(problem),
    problems: [{ path: problem.path, message: problem.message }],
  }));
}

/** Reads `id` off input that may be anything, proxies that throw included. */
function nameOf(input: unknown): string {
  const id = propertyOf(input, "id");
  return typeof id === "string" && id.length <= 256 ? id : "unparsed";
}

function actionsOf(input: unknown, { limits }: ConfigSnapshot): Proposed["actions"] {
  const actions = propertyOf(input, "actions");
  if (!Array.isArray(actions) || actions.length > limits.max_actions) return [];
  return actions.flatMap((action: unknown) => {
    const id = propertyOf(action, "id");
    return typeof id === "string" && id !== "" && id.length <= 256 ? [{ id }] : [];
  });
}

function propertyOf(value: unknown, name: string): unknown {
  try {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch {
    // A getter or proxy that throws has nothing to say.
    return undefined;
  }
}
