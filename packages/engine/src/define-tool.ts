import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { type JsonObject, ToolError, ToolInvalidError, ToolSchema, type ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Probe, ProbeAnswer, ProbeContext, Tool, ToolContext, ToolExecute } from "@car/ir/ports";

/** Parameters of a tool: any Standard Schema (zod, Valibot, ArkType, ...), whose types are inferred, or JSON Schema. */
export type ToolParameters = StandardSchemaV1 | JsonObject;

/** What `execute` gets for parameters declared as `P`. */
export type ParametersOf<P> = P extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<P> : JsonObject;

/** A tool in one object: its schema's fields beside its code. */
export interface ToolDefinition<P extends ToolParameters> extends Omit<ToolSchemaInput, "parameters"> {
  readonly parameters: P;
  readonly execute: (parameters: ParametersOf<P>, context: ToolContext) => unknown;
  /** Asked what became of a call of which that is not known. */
  readonly probe?: (parameters: ParametersOf<P>, context: ProbeContext) => ProbeAnswer | Promise<ProbeAnswer>;
  /** Counters reserved before each call, such as `{ usd: 0.02 }`. */
  readonly reserve?: Readonly<Record<string, number>>;
}

/**
 * Makes a tool. With a Standard Schema, `execute` gets what that schema makes of the parameters (defaults, coercion);
 * a schema that cannot be written as JSON Schema accepts any object at the gate and is checked at the call.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) for a field that no tool has, `ToolInvalidError` (`CAR_TOOL_INVALID`)
 * when the schema cannot be turned into JSON Schema.
 */
export function defineTool<P extends ToolParameters>(definition: ToolDefinition<P>): Tool {
  assertKnownOptions(definition, FIELDS, `defineTool ${definition.name}`);
  const { parameters, execute: _, probe, reserve, ...host } = definition;
  const extra = reserve === undefined ? {} : { reserve };
  const given = { ...definition } as unknown as Pick<Tool, "probe"> & { readonly execute: ToolExecute };
  if (!isStandardSchema(parameters)) {
    // Without a Standard Schema `ParametersOf<P>` is `JsonObject`, which the compiler cannot see through `P`.
    const asks = probe === undefined ? {} : { probe: given.probe! };
    return { schema: { ...host, parameters }, execute: given.execute, ...asks, ...extra };
  }
  const asks = probe === undefined ? {} : { probe: checked(parameters, given.probe!) as Probe };
  const schema = { ...host, parameters: jsonSchemaOf(parameters, host.name) };
  return { schema, execute: checked(parameters, given.execute), ...asks, ...extra };
}

const FIELDS = [...Object.keys(ToolSchema.shape), "execute", "probe", "reserve"];

/** The same code, which gets what the schema makes of the parameters. */
function checked<C>(
  schema: StandardSchemaV1,
  code: (parameters: JsonObject, context: C) => unknown,
): (raw: JsonObject, context: C) => unknown {
  // What the schema makes of the parameters has the type that the code was written for.
  const run = (result: StandardSchemaV1.Result<unknown>, context: C): unknown =>
    code(valueOf(result) as JsonObject, context);
  return (raw, context) => {
    const result = schema["~standard"].validate(raw);
    return result instanceof Promise ? result.then((each) => run(each, context)) : run(result, context);
  };
}

function isStandardSchema(parameters: ToolParameters): parameters is StandardSchemaV1 {
  // ArkType's schemas are functions.
  return (typeof parameters === "object" || typeof parameters === "function") && "~standard" in parameters;
}

function jsonSchemaOf(schema: StandardSchemaV1, tool: string): JsonObject {
  const props = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  if (props.jsonSchema === undefined) return { type: "object" };
  try {
    const { $schema: _, ...rest } = props.jsonSchema.input({ target: "draft-2020-12" });
    return rest as JsonObject;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ToolInvalidError(`tool \`${tool}\`: parameters cannot be written as JSON Schema: ${why}`, { cause });
  }
}

function valueOf(result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const text = result.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`).join("; ");
  throw new ToolError(text, { class: "invalid" });
}

function pathOf(path: StandardSchemaV1.Issue["path"]): string {
  if (path === undefined || path.length === 0) return "parameters";
  return `parameters.${path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")}`;
}
