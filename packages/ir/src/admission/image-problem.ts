import type { Reason } from "../result/reason.js";
import type { AdmissionInput, AdmittedTool } from "./admission-input.js";
import { unknownTool } from "./unknown-tool.js";

/** Why the before-image of a tool's calls can never be read. */
export function imageProblem({ known }: AdmissionInput, { schema }: AdmittedTool): Reason | undefined {
  const { before, before_required } = schema;
  if (before === undefined || known === undefined) return undefined;
  // Such calls are made without one, as irreversible ones.
  if (before_required === false && !known.has(before.tool)) return undefined;
  const problem = readerProblem(before.tool, known);
  return problem && { ...problem, message: `before-image: ${problem.message}` };
}

/**
 * Why a tool cannot be the reader of an image: it is not known, or may leave something behind. What leaves nothing has no
 * reader of its own, so readers go in no circles.
 */
export function readerProblem(
  name: string,
  known: ReadonlyMap<string, Pick<AdmittedTool, "schema">>,
): Reason | undefined {
  const reader = known.get(name);
  if (reader === undefined) return unknownTool(name, known.keys());
  const { reversibility } = reader.schema;
  if (reversibility === "reversible") return undefined;
  const message = `tool \`${name}\` is ${reversibility}, and what reads an image must be reversible`;
  return { code: "invalid", message };
}
