import type { Action } from "../action/action.js";
import type { CapabilityGuard } from "../config/capability-guard.js";
import type { ActionGraph } from "../graph/action-graph.js";
import type { CompiledSchema } from "../ports/schema-compiler.js";
import type { ToolSchema } from "../tool/tool-schema.js";

/** What admission needs to know of a tool. */
export interface AdmittedTool {
  readonly schema: ToolSchema;
  readonly parameters: CompiledSchema;
}

/** What a proposal is judged by before anything runs, the state and the policy left aside. */
export interface AdmissionInput {
  readonly actions: readonly Action[];
  readonly graph: Pick<ActionGraph, "templates" | "access" | "unscheduled">;
  /** By position; nothing for an action on the state, and for a tool that is not known. */
  readonly tools: readonly (AdmittedTool | undefined)[];
  /** `undefined` when nobody says which tools there are: then no call is looked at. */
  readonly known: ReadonlyMap<string, AdmittedTool> | undefined;
  readonly capabilities: CapabilityGuard | undefined;
  /**
   * Told of each action whose parameters are literal and against which nothing was found: what admission looks at need not be
   * looked at again for it.
   */
  onSound?(index: number): void;
}
