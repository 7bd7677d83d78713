import { PolicyDocumentInvalidError } from "@car/ir";
import { policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";

/** One policy of a document. */
export interface CedarStatement {
  readonly text: string;
  /** A satisfied `permit` with `@effect("require_approval")` asks instead of allowing. */
  readonly asks: boolean;
  /** From `@reason`. */
  readonly reason: string | undefined;
}

/**
 * The policies of a Cedar text by id: that of `@id`, else `policy0`, `policy1` and so on.
 * @throws `PolicyDocumentInvalidError` with Cedar's own messages.
 */
export function readCedar(text: string): ReadonlyMap<string, CedarStatement> {
  const parts = policySetTextToParts(text);
  if (parts.type === "failure") throw invalid(parts.errors.map(({ message }) => message));
  if (parts.policy_templates.length > 0) throw invalid(["templates cannot be used: nothing fills their slots"]);
  const statements = new Map<string, CedarStatement>();
  parts.policies.forEach((policy, index) => {
    const [id, statement] = statementOf(policy, `policy${index}`);
    if (statements.has(id)) throw invalid([`the id \`${id}\` stands twice`]);
    statements.set(id, statement);
  });
  return statements;
}

function statementOf(text: string, fallback: string): [id: string, statement: CedarStatement] {
  const read = policyToJson(text);
  if (read.type === "failure") throw invalid(read.errors.map(({ message }) => message));
  const { effect, annotations = {} } = read.json;
  const { id = fallback, effect: wanted, reason } = annotations as Readonly<Record<string, string | undefined>>;
  if (wanted !== undefined && (wanted !== "require_approval" || effect !== "permit")) {
    throw invalid([`policy \`${id}\`: \`@effect\` can only be "require_approval", on a \`permit\``]);
  }
  return [id, { text, asks: wanted === "require_approval", reason }];
}

/** An error about a Cedar text. */
export function invalid(problems: readonly string[]): PolicyDocumentInvalidError {
  return new PolicyDocumentInvalidError(problems.map((message) => ({ path: "", message })));
}
