import { CarError, type PolicyDocumentInvalidError } from "@car/ir";
import { checkPolicy } from "@car/policy/check";
import { readPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { withTools } from "../setup/with-tools.js";
import { plural } from "../show/marks.js";
import { problemLine } from "../show/problem-line.js";

/** Says what is wrong with a policy file, and what is odd about it. Warnings alone do not fail. */
export async function policyCheckCommand(
  path: string,
  named: Pick<NamedFiles, "config" | "tools">,
  output: Output,
): Promise<number> {
  const names = await withTools(await loadSettings(named), output, async (tools) =>
    tools.length === 0 ? undefined : tools.map(({ schema }) => schema.name),
  );
  const { text, ...options } = await readPolicyFile(path);
  try {
    const { document, warnings } = checkPolicy(text, { ...options, ...(names !== undefined && { tools: names }) });
    if (output.json) output.value({ valid: true, problems: [], warnings });
    else {
      output.line(`${paint.green(paint.bold("valid"))}  ${plural(document.rules.length, "rule")}`);
      for (const warning of warnings) output.line(`  ${paint.yellow("!")} ${problemLine(warning)}`);
    }
    return EXIT.ok;
  } catch (error) {
    if (!isInvalid(error)) throw error;
    if (output.json) output.value({ valid: false, problems: error.problems, warnings: [] });
    else {
      output.line(paint.red(paint.bold("invalid")));
      for (const problem of error.problems) output.line(`  ${paint.red("✗")} ${problemLine(problem)}`);
    }
    return EXIT.failed;
  }
}

function isInvalid(error: unknown): error is PolicyDocumentInvalidError {
  return CarError.isInstance(error) && error.code === "CAR_POLICY_DOCUMENT_INVALID";
}
