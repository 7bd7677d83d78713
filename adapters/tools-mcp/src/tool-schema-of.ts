import type { JsonObject, ToolSchemaInput } from "@car/ir";
import { toDraft2020 } from "./to-draft-2020.js";
import type { McpTool } from "./mcp-client.js";
import type { McpToolsOptions } from "./mcp-tools.js";

/** What a runtime is told about a server's tool: the server's facts, its hints if trusted, a description, the host's word. */
export function toolSchemaOf(tool: McpTool, options: McpToolsOptions): ToolSchemaInput {
  const { prefix = "", trustAnnotations = false, described, host } = options;
  return {
    name: `${prefix}${tool.name}`,
    description: tool.description ?? tool.annotations?.title ?? tool.title ?? "",
    parameters: narrowed(toDraft2020(tool.inputSchema as JsonObject), ownOf(described?.fixed, tool.name)),
    ...(tool.outputSchema === undefined ? {} : { returns: toDraft2020(tool.outputSchema as JsonObject) }),
    metadata: { mcp: { name: tool.name, annotations: { ...tool.annotations } as JsonObject } },
    ...(trustAnnotations ? hintedBy(tool) : {}),
    ...ownOf(described?.tools, tool.name),
    ...host?.(tool),
  };
}

/** A server chooses the names of its tools: one may be called `constructor`. */
function ownOf<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The same parameters, some with one value only. */
function narrowed(parameters: JsonObject, fixed: JsonObject = {}): JsonObject {
  const names = Object.keys(fixed);
  if (names.length === 0) return parameters;
  const { properties = {}, required = [] } = parameters as { properties?: JsonObject; required?: readonly string[] };
  const constants = names.map(
    (name) => [name, { ...(properties[name] as JsonObject), const: fixed[name] ?? null }] as const,
  );
  return {
    ...parameters,
    properties: { ...properties, ...Object.fromEntries(constants) },
    required: [...new Set([...required, ...names])],
  };
}

/** What the hints would allow. Absent hints allow nothing: the protocol's defaults are the strict ones. */
function hintedBy({ annotations }: McpTool): Partial<ToolSchemaInput> {
  if (annotations?.readOnlyHint === true) return { reversibility: "reversible", idempotent: true };
  return annotations?.idempotentHint === true ? { idempotent: true } : {};
}
