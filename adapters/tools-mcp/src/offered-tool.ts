import { type JsonObject, type JsonValue, SchemaInvalidError, type ToolSchemaInput } from "@car/ir";
import type { CompiledSchema, SchemaCompiler } from "@car/ir/ports";
import type { McpTool } from "./mcp-client.js";
import type { McpToolsOptions } from "./mcp-tools.js";
import { referencesIn } from "./schema/loosened.js";
import { type UsableSchema, usableSchema } from "./schema/usable-schema.js";

/** What a runtime is told about a server's tool, and what reads its answers. */
export interface OfferedTool {
  readonly schema: ToolSchemaInput;
  /** The server's output schema. */
  readonly returns: CompiledSchema | undefined;
}

/** Beside its structured content, a server with an output schema may send nothing but text, or blocks. */
const UNSTRUCTURED: readonly JsonObject[] = [
  { type: "string" },
  { type: "array", items: { type: "object", required: ["type"] } },
];

/**
 * The server's facts, its hints if trusted, a description, the host's word: each wins over those before it.
 * @throws `SchemaInvalidError` when the server's schemas have no certain meaning, and the host gives none.
 */
export function offeredTool(tool: McpTool, options: McpToolsOptions, compiler: SchemaCompiler): OfferedTool {
  const { prefix = "", trustAnnotations = false, described, host } = options;
  const said = host?.(tool) ?? {};
  const input = said.parameters === undefined ? inputOf(tool, compiler) : undefined;
  const output = said.returns === undefined && tool.outputSchema !== undefined ? outputOf(tool, compiler) : undefined;
  const unchecked = [...notes("parameters", input), ...notes("returns", output)];
  return {
    schema: {
      name: `${prefix}${tool.name}`,
      description: tool.description ?? tool.annotations?.title ?? tool.title ?? "",
      ...(input === undefined ? {} : { parameters: narrowed(input.schema, ownOf(described?.fixed, tool.name)) }),
      ...(output === undefined ? {} : { returns: { anyOf: [embedded(output.schema), ...UNSTRUCTURED] } }),
      metadata: { mcp: { ...metadataOf(tool), ...(unchecked.length === 0 ? {} : { unchecked }) } },
      ...(trustAnnotations ? hintedBy(tool) : {}),
      ...ownOf(described?.tools, tool.name),
      ...said,
    },
    returns: output?.compiled,
  };
}

/** A call always has an object of arguments. Models are told so, whatever the server leaves out. */
function inputOf({ inputSchema = {} }: McpTool, compiler: SchemaCompiler): UsableSchema {
  const input = usable("inputSchema", inputSchema ?? {}, compiler);
  return input.schema["type"] === undefined ? { ...input, schema: { type: "object", ...input.schema } } : input;
}

function outputOf({ outputSchema = {} }: McpTool, compiler: SchemaCompiler): UsableSchema {
  return usable("outputSchema", outputSchema, compiler);
}

function usable(field: string, schema: JsonValue, compiler: SchemaCompiler): UsableSchema {
  try {
    return usableSchema(schema, compiler);
  } catch (cause) {
    if (!(cause instanceof SchemaInvalidError)) throw cause;
    throw new SchemaInvalidError(`${field}: ${cause.message}`, { cause });
  }
}

function notes(field: string, schema: UsableSchema | undefined): readonly string[] {
  return schema?.unchecked.map((what) => `${field}: ${what}`) ?? [];
}

function metadataOf({ name, annotations }: McpTool): JsonObject {
  return { name, annotations: { ...annotations } };
}

/** A schema of its own inside another one: its references still start at its root. */
function embedded(schema: JsonObject): JsonObject {
  return referencesIn(schema).size === 0 ? schema : { $id: "output", ...schema };
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
