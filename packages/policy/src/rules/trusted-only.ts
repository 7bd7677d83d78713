import type { JsonObject, JsonValue } from "@car/ir";
import type { PolicyFlow, ProvenanceOptions } from "@car/ir/ports";
import * as z from "zod";
import { type ParamPath, parseParamPath, valuesAt } from "../conditions/param-path.js";
import { askApproval, deny } from "../decision/decisions.js";
import { ParamField, ToolField } from "../schema/fields.js";
import { LabelsField, listOf } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import type { DecidingRule } from "./compiled-rule.js";
import { paramText } from "./param-text.js";
import { callsOf } from "./rule-scope.js";

const SOURCES = ["request", "trusted", "designated"] as const;

/** Denies calls in which a parameter has a value that does not come from where it should. */
export const TrustedOnly = z.strictObject({
  type: z.literal("trusted_only"),
  ...ruleBase,
  tool: ToolField,
  param: ParamField,
  elements: z
    .enum(["value", "addresses"])
    .optional()
    .describe("`addresses`: only URLs, mail addresses and account numbers in the text. Default: the value."),
  accept: z
    .array(z.enum(SOURCES))
    .min(1)
    .optional()
    .describe("Where it may come from. Default: what the user said, and trusted data."),
  unknown: z.enum(["allow"]).optional().describe("Also let values through that were seen nowhere."),
  accept_short: z
    .boolean()
    .optional()
    .describe("Whether numbers below 100,000 and the like count wherever they stand."),
  after: LabelsField.optional().describe("Only once the model has been shown data with one of these labels."),
  effect: z.enum(["deny", "require_approval"]).optional().describe("Default: deny."),
});
export type TrustedOnly = z.infer<typeof TrustedOnly>;

/** What `trustedOnly` takes. */
export interface TrustedOnlyOptions {
  readonly id?: string;
  readonly message?: string;
  /** Its name, or `prefix*`. */
  readonly tool: string;
  /** A dot path such as `headers.host`, or a list of names. */
  readonly param: ParamField;
  /** `addresses`: only URLs, mail addresses and account numbers in the text. Default: the value. */
  readonly elements?: "value" | "addresses";
  /** Where it may come from. Default: what the user said (`request`), and data without labels (`trusted`). */
  readonly accept?: readonly (typeof SOURCES)[number][];
  /** Also let values through that were seen nowhere: then only what stands in labelled data is stopped. */
  readonly unknown?: "allow";
  /** Whether numbers of less than six digits, and texts of less than three characters, count wherever they stand. */
  readonly acceptShort?: boolean;
  /** Only once the model has been shown data with one of these labels. */
  readonly after?: string | readonly string[];
  /** Default `deny`. */
  readonly effect?: "deny" | "require_approval";
}

/** Lets a call through only when the value of the parameter, each element of it, stands in what the user said or in trusted data. */
export function trustedOnly(options: TrustedOnlyOptions): TrustedOnly {
  return { type: "trusted_only", ...toData(options) } as TrustedOnly;
}

export function compileTrustedOnly(rule: TrustedOnly, id: string): DecidingRule {
  const check = compileCheck(rule);
  const effect = rule.effect ?? "deny";
  const message = rule.message ?? `${paramText(rule)} has a value that comes from neither the user nor trusted data`;
  const decision = effect === "deny" ? deny(id, message) : askApproval(id, message);
  return {
    kind: "deciding",
    id,
    scope: callsOf(rule.tool),
    keysRead: [],
    asks: "flow",
    needsLabels: rule.after !== undefined,
    evaluate({ parameters, flow, mode }) {
      if (flow === undefined) return mode === "verify" ? undefined : decision;
      return check(parameters, flow) ? undefined : decision;
    },
    plan(plan, actions) {
      return actions.flatMap((index) => {
        const flow = plan.flow(index);
        const action = plan.actions[index]!;
        if (flow === undefined || check(action.parameters as JsonObject, flow)) return [];
        return [{ effect, policy_id: id, message, action_ids: [action.id] }];
      });
    },
  };
}

/** Whether nothing speaks against a call. In a plan, values that nobody knows yet do not. */
function compileCheck(rule: TrustedOnly): (parameters: JsonObject, flow: PolicyFlow) => boolean {
  const path = parseParamPath(rule.param);
  const after = rule.after === undefined ? undefined : listOf(rule.after);
  const accepted = new Set<string>(["nothing", ...(rule.accept ?? ["request", "trusted"])]);
  if (rule.unknown === "allow") accepted.add("unknown");
  const how = { elements: rule.elements ?? "value", acceptShort: rule.accept_short ?? false } as const;
  return (parameters, flow) => {
    if (after !== undefined && !hasAny(flow, after)) return true;
    const values = valuesAt(parameters, path);
    if (values === undefined) return false;
    return values.every((value) => value === undefined || isAccepted(value, flow, { path, how, accepted, parameters }));
  };
}

interface Acceptance {
  readonly path: ParamPath;
  readonly how: Omit<ProvenanceOptions, "param">;
  readonly accepted: ReadonlySet<string>;
  readonly parameters: JsonObject;
}

function isAccepted(value: JsonValue, flow: PolicyFlow, { path, how, accepted, parameters }: Acceptance): boolean {
  const first = path[0]?.name ?? "";
  // `*` is every parameter, and which one this value stands in is not known: the worst of them counts.
  const params = first === "*" ? Object.keys(parameters) : [first];
  return params.every((param) => {
    const found = flow.provenance(value, { ...how, param });
    return found === undefined || accepted.has(found.source);
  });
}

function hasAny(flow: PolicyFlow, labels: readonly string[]): boolean {
  return labels.some((label) => flow.context.includes(label)) || labels.some((label) => flow.labels().includes(label));
}
