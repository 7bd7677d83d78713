import type { Budget, Limits, ToolEffect, ToolSchema } from "@car/ir";
import type { CapabilityGuard } from "@car/ir/internal";
import type { PolicyEngine } from "@car/ir/ports";
import type { RegisteredTool } from "./registered-tool.js";

/** Everything that judges a run. A change of configuration makes a new one; open runs keep theirs. */
export interface ConfigSnapshot {
  /** Counts changes, from 1. Logged with every run. */
  readonly version: number;
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** State keys that a tool of `tools` declares; nothing for an unknown one. */
  readonly effectsOf: (tool: string) => readonly ToolEffect[];
  readonly policy: PolicyEngine | undefined;
  readonly capabilities: CapabilityGuard | undefined;
  readonly budget: Budget | undefined;
  readonly limits: Limits;
  /** Bounds on what tools put out and write, as `copyJson` takes them. */
  readonly outputLimits: { readonly maxDepth: number; readonly maxBytes: number };
  /** Most actions of one run in flight. */
  readonly maxConcurrency: number;
  /** `eager` turns abort safety off. */
  readonly schedule: "safe" | "eager";
}

/** Schemas of the registered tools, sorted by name. */
export function toolSchemas({ tools }: ConfigSnapshot): readonly ToolSchema[] {
  return [...tools.values()].map(({ schema }) => schema).sort((left, right) => (left.name < right.name ? -1 : 1));
}
