import type { JsonObject, ToolSchemaInput } from "@car/ir";
import { toDraft2020 } from "./to-draft-2020.js";
import type { McpTool } from "./mcp-client.js";
import type { McpToolsOptions } from "./mcp-tools.js";

/** What a runtime is told about a server's tool: the server's facts, then its hints if trusted, then the host's word. */
export function toolSchemaOf(tool: McpTool, options: McpToolsOptions): ToolSchemaInput {
  const { prefix = "", trustAnnotations = false, host } = options;
  return {
    name: `${prefix}${tool.name}`,
    description: tool.description ?? tool.annotations?.title ?? tool.title ?? "",
    parameters: toDraft2020(tool.inputSchema as JsonObject),
    ...(tool.outputSchema === undefined ? {} : { returns: toDraft2020(tool.outputSchema as JsonObject) }),
    metadata: { mcp: { name: tool.name, annotations: { ...tool.annotations } as JsonObject } },
    ...(trustAnnotations ? hintedBy(tool) : {}),
    ...host?.(tool),
  };
}

/** What the hints would allow. Absent hints allow nothing: the protocol's defaults are the strict ones. */
function hintedBy({ annotations }: McpTool): Partial<ToolSchemaInput> {
  if (annotations?.readOnlyHint === true) return { reversibility: "reversible", idempotent: true };
  return annotations?.idempotentHint === true ? { idempotent: true } : {};
}
