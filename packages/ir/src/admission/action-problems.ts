import type { Action } from "../action/action.js";
import type { SchemaProblem } from "../ports/schema-compiler.js";
import type { Reason } from "../result/reason.js";
import type { AdmissionInput } from "./admission-input.js";
import { capabilityProblem } from "./capability-problem.js";
import { imageProblem } from "./image-problem.js";
import { parameterProblems } from "./parameter-problems.js";
import { unknownTool } from "./unknown-tool.js";

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * What is wrong with one action whatever the state is and whatever other actions put out: the capability set does not
 * have its tool or a key that it touches, its tool is not known, its parameters do not fit. In the order of the gates.
 */
export function actionProblems(input: AdmissionInput, index: number): readonly Reason[] {
  const action = input.actions[index]!;
  const { capabilities } = input;
  const outside = capabilities && capabilityProblem(action, input.graph.access[index]!, capabilities);
  const unfit = action.type === "tool_call" ? callProblem(input, action, index) : undefined;
  if (outside === undefined && unfit === undefined) return NONE;
  return [outside, unfit].flatMap((reason) => (reason === undefined ? [] : [{ ...reason, action_id: action.id }]));
}

type Call = Extract<Action, { type: "tool_call" }>;

function callProblem(input: AdmissionInput, action: Call, index: number): Reason | undefined {
  const { tools, known, graph } = input;
  if (known === undefined) return undefined;
  const tool = tools[index];
  if (tool === undefined) return unknownTool(action.tool, known.keys());
  const problems = parameterProblems(tool, action.parameters, graph.templates[index]);
  return problems.length === 0 ? imageProblem(input, tool) : misfit("parameters", problems);
}

/** Parameters that do not fit their schema, with every problem; `place` is where they stand. */
export function misfit(place: string, problems: readonly SchemaProblem[]): Reason {
  const placed = problems.map(({ path, message }) => ({ path: `${place}${path}`, message }));
  return {
    code: "invalid",
    message: placed.map(({ path, message }) => `${path}: ${message}`).join("; "),
    problems: placed,
  };
}
