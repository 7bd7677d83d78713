import type { BudgetInput } from "../config/budget.js";
import type { Capabilities } from "../config/capabilities.js";
import type { Limits } from "../config/limits.js";
import type { ToolSchema } from "../tool/tool-schema.js";

/** What decides about the labels of a tool's outputs beside its schema, as far as it is data. */
export type LoggedLabels = {
  /** The tool labels its outputs by a function of its own, too. */
  readonly own?: true;
  /** Labels that the policy takes off its outputs; absent when there are none. */
  readonly endorsed?: readonly string[];
};

/** What judges runs, besides the policy, as far as it is data. */
export type LoggedConfig = {
  /** Schemas of the tools, with every default filled in. */
  readonly tools: readonly ToolSchema[];
  /** What may be touched at most; absent when nothing is restricted. */
  readonly capabilities?: Capabilities;
  /** What may be spent at most; absent when nothing is limited. */
  readonly budget?: BudgetInput;
  /** Every limit, with its default filled in. */
  readonly limits: Limits;
  /** Most actions of one run in flight. */
  readonly max_concurrency: number;
  /** `eager` turns abort safety off. */
  readonly schedule: "safe" | "eager";
  /** The policy looks at data flow, so labels are followed, and in the log. */
  readonly follows_data?: true;
  /** By tool, for those of which there is something to say. */
  readonly labels?: Readonly<Record<string, LoggedLabels>>;
};

/** Payload of `config_changed`. */
export type ConfigChangedData = {
  /** What happened. */
  readonly change: "runtime_started" | "tool_registered" | "tool_unregistered" | "tool_revoked";
  /** The first 24 characters of the ids of this runtime's runs. */
  readonly runtime: string;
  /** The version that this led to; runs name it. */
  readonly config_version: number;
  /** Name of the tool that changed. */
  readonly tool?: string;
  /** The schema of a tool that was registered. */
  readonly schema?: ToolSchema;
  /** Of a tool that was registered, if there is something to say. */
  readonly labels?: LoggedLabels;
  /** The whole configuration, with `runtime_started`. */
  readonly config?: LoggedConfig;
};
