import { matchesKey, type ToolSchema } from "@car/ir";
import type { ParamField } from "../schema/fields.js";
import { listOf, type TargetsField } from "../schema/flow-fields.js";
import { paramText } from "./param-text.js";
import { toolText } from "./deny-tool.js";

/** A place that data can reach. */
export interface FlowTarget {
  readonly tools: string;
  /** The top-level parameter; `undefined` for all of them. */
  readonly param: string | undefined;
  readonly text: string;
  /** Whether it is this tool's. */
  covers(name: string, schema: ToolSchema | undefined): boolean;
}

/** The places that a rule names. */
export function flowTargets(to: TargetsField): readonly FlowTarget[] {
  return listOf(to).map((target) => {
    if (target === "sinks") return SINKS;
    if (typeof target === "string") return toolTarget(target, undefined);
    return toolTarget(target.tool, target.param);
  });
}

const SINKS: FlowTarget = {
  tools: "*",
  param: undefined,
  text: "a sink",
  covers: (_name, schema) => schema?.sink === true,
};

function toolTarget(tool: string, param: ParamField | undefined): FlowTarget {
  return {
    tools: tool,
    param: param === undefined ? undefined : topLevel(param),
    text: param === undefined ? toolText(tool) : paramText({ tool, param }),
    covers: (name) => matchesKey(tool, name),
  };
}

/** The top-level parameters that a condition on a path looks at. */
export function paramsOf(param: ParamField): readonly string[] | "all" {
  const name = topLevel(param);
  return name === undefined ? "all" : [name];
}

/** Labels are followed by whole parameters: what stands deeper has what the parameter has. */
export function topLevel(param: ParamField): string | undefined {
  const name = typeof param === "string" ? param.split(".")[0] : param[0];
  return name === "*" ? undefined : name;
}
