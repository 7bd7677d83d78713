import type { Action } from "../action/action.js";
import type { JsonValue } from "../json/json-value.js";
import type { LabelSet } from "../flow/labels.js";
import type { ToolSchema } from "../tool/tool-schema.js";

/** Where a value, or what is told apart in it, was seen first, from the best evidence to the worst. */
export type ValueSource =
  /** Nothing that could come from anywhere: null, an empty text, an empty list. */
  | "nothing"
  /** In what the user said. */
  | "request"
  /** In an output without labels, or in state that a host or a tool stands for and that has none. */
  | "trusted"
  /** Stands by itself in a record of labelled data that the user named: a participant of the meeting by that title. */
  | "designated"
  /** Nowhere, or too short, too long or too odd to tell. */
  | "unknown"
  /** Only in labelled data. */
  | "labelled";

/** What is known about where a value came from; of several elements, what is known about the worst. */
export interface Provenance {
  readonly source: ValueSource;
  /** Labels of the data that it was found in; empty unless `source` is `labelled` or `designated`. */
  readonly labels: LabelSet;
}

/** How a value is looked at. */
export interface ProvenanceOptions {
  /** Name of the parameter that it stands in, at the top level. */
  readonly param: string;
  /**
   * `value`: as a whole; each element of a list, and where a text holds URLs, mail addresses or account numbers each of
   * those. `addresses`: only those; text without any counts as `nothing`.
   */
  readonly elements: "value" | "addresses";
  /** Whether a number of less than six digits, or a text of less than three characters, counts wherever it stands. */
  readonly acceptShort?: boolean;
}

/** A call that brought a label into the flow. */
export interface LabelOrigin {
  readonly label: string;
  /** Name of the tool, or the type of an action on the state, or `context` for what the host added itself. */
  readonly tool: string;
  readonly run_id?: string;
  readonly action_id?: string;
}

/** Where the values of one action's parameters came from. */
export interface PolicyFlow {
  /** Labels of everything that the model had been shown when it proposed this. */
  readonly context: LabelSet;
  /**
   * Labels of the value of one parameter (top level), or of all. In a plan: those that are certain already. Literal
   * values have the labels of the context, unless they stand in what the user said or in trusted outputs.
   */
  labels(param?: string): LabelSet;
  /** The calls from which a label first came, as far as they are known. For messages. */
  origins(label: string): readonly LabelOrigin[];
  /** Where a value of a parameter was seen; `undefined` in a plan, for what follows only from outputs. */
  provenance(value: JsonValue, options: ProvenanceOptions): Provenance | undefined;
}

/** Earlier calls: those of the session, and of this run as far as it has gone. What it costs does not grow with them. */
export interface PolicyHistory {
  /** Names of the tools that were called, in no order. */
  tools(): Iterable<string>;
  /** Calls of a tool that were let through, whatever came of them. Those in flight are among them, the one that is asked about is not. */
  calls(tool: string): number;
  /** Calls of a tool that succeeded and were not undone. */
  succeeded(tool: string): number;
  /**
   * The values, as canonical JSON, that a parameter had in the calls of a tool; `undefined` when there were too many to
   * remember them all.
   */
  values(tool: string, param: string): ReadonlySet<string> | undefined;
}

/** A whole proposal, before anything of it runs. Actions go by their position. */
export interface PolicyPlan {
  readonly actions: readonly Action[];
  readonly principal: string;
  readonly run_id: string;
  readonly proposal_id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `verify`: nothing will run. */
  readonly mode: "decide" | "verify";
  /** False when it is clear without looking that no parameter has a label yet: no references, and nothing was shown. */
  readonly mayCarryLabels: boolean;
  /** The tool of a `tool_call`, if it is known. */
  tool(action: number): ToolSchema | undefined;
  /** False for an action that runs only to undo another one. */
  scheduled(action: number): boolean;
  /** Whether `earlier` must end before `later` may start. */
  precedes(earlier: number, later: number): boolean;
  /** `undefined` when the engine does not follow data. */
  flow(action: number): PolicyFlow | undefined;
  /** Calls before this proposal. */
  readonly history?: PolicyHistory | undefined;
}

/** What a policy says against a plan. */
export interface PlanFinding {
  /** `deny`: the proposal is refused whole. `require_approval` is told by `verify`; who executes asks when it comes to the call. */
  readonly effect: "deny" | "require_approval";
  readonly policy_id: string;
  readonly message: string;
  /** The offending actions, in the order of the proposal. */
  readonly action_ids: readonly string[];
}
