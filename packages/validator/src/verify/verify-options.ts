import {
  Budget,
  type BudgetInput,
  Capabilities,
  DEFAULT_LIMITS,
  type JsonObject,
  type LabelSet,
  Limits,
  type LimitsInput,
  parseToolSchema,
  type ToolSchemaInput,
} from "@car/ir";
import {
  assertKnownOptions,
  type AdmittedTool,
  capabilityGuard,
  type CapabilityGuard,
  type FlowSource,
  NO_LABELS,
  parseConfig,
} from "@car/ir/internal";
import type { PolicyEngine, PolicyHistory, SchemaCompiler, StateView } from "@car/ir/ports";
import { createSchemaCompiler } from "../schema/create-schema-compiler.js";
import { AbstractState } from "./abstract-state.js";

/** What a proposal is verified against. Whatever is left out is not checked. */
export interface VerifyOptions {
  /** The committed state, or plain values that the host vouches for. Default: empty. */
  readonly state?: StateView | JsonObject | undefined;
  /** Schemas, or tools with a `schema`. Without them no call is checked, and none is taken to have effects of its own. */
  readonly tools?: readonly (ToolSchemaInput | { readonly schema: ToolSchemaInput })[] | undefined;
  readonly policy?: PolicyEngine | undefined;
  readonly capabilities?: Capabilities | undefined;
  readonly budget?: BudgetInput | undefined;
  readonly limits?: LimitsInput | undefined;
  /** How the runtime orders irreversible actions. Default `safe`. */
  readonly schedule?: "safe" | "eager" | undefined;
  /** Milliseconds since the epoch, for policies. Default 0. */
  readonly now?: number | undefined;
  readonly principal?: string | undefined;
  /** What the model had been shown and the user said, for rules over data flow. */
  readonly flow?: FlowSource | undefined;
  /** Earlier calls, for rules over them. Default: none. */
  readonly history?: PolicyHistory | undefined;
  /** Default: one that all calls share. */
  readonly compiler?: SchemaCompiler | undefined;
}

/** Whoever misspells `policy` would be told that everything is allowed. */
const OPTIONS = [
  "state",
  "tools",
  "policy",
  "capabilities",
  "budget",
  "limits",
  "schedule",
  "now",
  "principal",
  "flow",
  "history",
  "compiler",
] as const satisfies readonly (keyof VerifyOptions)[];

/** The options, checked and indexed. */
export interface VerifyContext {
  readonly state: AbstractState;
  /** `undefined` when the caller named no tools at all. */
  readonly tools: ReadonlyMap<string, AdmittedTool> | undefined;
  readonly policy: PolicyEngine | undefined;
  readonly capabilities: CapabilityGuard | undefined;
  readonly budget: Budget | undefined;
  readonly limits: Limits;
  readonly schedule: "safe" | "eager";
  readonly now: number;
  readonly principal: string;
  readonly flow: FlowSource | undefined;
  readonly history: PolicyHistory;
  /** Data-flow labels of what the committed state holds at a key. */
  readonly entryLabels: (key: string) => LabelSet;
}

/** Only a cache, and bounded: equal schemas are compiled once, however often a host verifies. */
let sharedCompiler: SchemaCompiler | undefined;

/**
 * Checks and indexes the options.
 * @throws `ToolInvalidError`, `ConfigInvalidError`, `SchemaInvalidError` for options that are wrong themselves.
 */
export function verifyContext(options: VerifyOptions): VerifyContext {
  assertKnownOptions(options, OPTIONS, "verify");
  const compiler = options.compiler ?? (sharedCompiler ??= createSchemaCompiler());
  return {
    state: new AbstractState(options.state),
    tools: options.tools === undefined ? undefined : indexTools(options.tools, compiler),
    policy: options.policy,
    capabilities: guardOf(options),
    budget: options.budget === undefined ? undefined : parseConfig(Budget, options.budget, "budget"),
    limits: options.limits === undefined ? DEFAULT_LIMITS : parseConfig(Limits, options.limits, "limits"),
    schedule: options.schedule ?? "safe",
    now: options.now ?? 0,
    principal: options.principal ?? "default",
    flow: options.flow,
    history: options.history ?? NO_HISTORY,
    entryLabels: entryLabelsOf(options.state),
  };
}

function guardOf({ capabilities }: VerifyOptions): CapabilityGuard | undefined {
  if (capabilities === undefined) return undefined;
  return capabilityGuard(parseConfig(Capabilities, capabilities, "capabilities"));
}

const NO_HISTORY: PolicyHistory = {
  tools: () => [],
  calls: () => 0,
  succeeded: () => 0,
  values: () => new Set(),
};

function entryLabelsOf(state: VerifyOptions["state"]): VerifyContext["entryLabels"] {
  const isView = typeof (state as Partial<StateView> | undefined)?.entry === "function";
  return isView ? (key) => (state as StateView).entry(key)?.labels ?? NO_LABELS : () => NO_LABELS;
}

function indexTools(
  tools: NonNullable<VerifyOptions["tools"]>,
  compiler: SchemaCompiler,
): ReadonlyMap<string, AdmittedTool> {
  return new Map(
    tools.map((tool) => {
      const schema = parseToolSchema("schema" in tool ? tool.schema : tool);
      return [schema.name, { schema, parameters: compiler.compile(schema.parameters) }];
    }),
  );
}
