import { trustedOnly } from "@car/policy";
import type { DataRule } from "@car/policy/document";
import { mayHoldOutsideText, sensitiveParameters } from "./classify-tools.js";
import type { ToolDescription } from "./corpus.js";

/** What a host declares about the tools of one server, and the rules that go with it. */
export interface DerivedPolicy {
  /** Tools whose outputs are labelled `untrusted`. */
  readonly untrusted: ReadonlySet<string>;
  readonly rules: readonly DataRule[];
}

/**
 * Writes a policy from the descriptions of tools alone: once the model has read what others wrote, whom a call reaches,
 * what it does away with and what it gives access to must come from the user or from trusted data; so must addresses in
 * texts that are sent, and a text that is copied word for word. What does not is asked about.
 */
export function derivePolicy(tools: readonly ToolDescription[]): DerivedPolicy {
  const untrusted = new Set(tools.filter(mayHoldOutsideText).map(({ name }) => name));
  const rules = tools.flatMap((tool) =>
    sensitiveParameters(tool).flatMap(([param, role]): DataRule[] => {
      const rule = {
        tool: tool.name,
        param,
        after: "untrusted",
        accept: ["request", "trusted", "designated"],
        effect: "require_approval",
      } as const;
      if (role !== "message") return [trustedOnly(rule)];
      return [trustedOnly({ ...rule, elements: "addresses" }), trustedOnly({ ...rule, unknown: "allow" })];
    }),
  );
  return { untrusted, rules };
}
