import { assertKnownOptions } from "../config/assert-known-options.js";
import { SchemaInvalidError, ToolInvalidError } from "../errors/plain-errors.js";
import type { CompiledSchema, SchemaCompiler } from "../ports/schema-compiler.js";
import type { Tool } from "../ports/tool.js";
import { pointsTo } from "../reference/output-template.js";
import { parseToolSchema } from "./parse-tool-schema.js";
import type { ToolSchema } from "./tool-schema.js";

/** A tool that a runtime can register: its schema with the defaults filled in, and the checks that the schema asks for. */
export interface CheckedTool {
  readonly schema: ToolSchema;
  readonly parameters: CompiledSchema;
  readonly returns: CompiledSchema | undefined;
}

/**
 * Checks a tool and compiles its schemas: what this lets through can be registered.
 * @throws `ToolInvalidError` (`CAR_TOOL_INVALID`) naming the tool and the field.
 */
export function checkTool(tool: Tool, compiler: SchemaCompiler): CheckedTool {
  const schema = parseToolSchema(tool.schema);
  checkToolShape(tool, schema);
  return {
    schema,
    parameters: compile(compiler, schema, "parameters"),
    returns: schema.returns === undefined ? undefined : compile(compiler, schema, "returns"),
  };
}

const FIELDS = ["schema", "execute", "labels", "probe", "reserve"] as const satisfies readonly (keyof Tool)[];

function checkToolShape(tool: Tool, schema: ToolSchema): void {
  // An object of a class has what it likes; of a plain one nobody else reads what is misspelt.
  if (Object.getPrototypeOf(tool) === Object.prototype) assertKnownOptions(tool, FIELDS, `tool ${schema.name}`);
  if (tool.execute !== undefined && typeof tool.execute !== "function") {
    throw new ToolInvalidError(`tool \`${schema.name}\`: execute is not a function`);
  }
  for (const field of ["labels", "probe"] as const) {
    if (tool[field] === undefined || typeof tool[field] === "function") continue;
    throw new ToolInvalidError(`tool \`${schema.name}\`: ${field} is not a function`);
  }
  checkImage(schema);
  if (schema.reversibility === "compensable" && schema.compensation === undefined) {
    throw new ToolInvalidError(`tool \`${schema.name}\`: reversibility \`compensable\` needs a \`compensation\``);
  }
  if (schema.reversibility === "irreversible" && schema.compensation !== undefined) {
    throw new ToolInvalidError(
      `tool \`${schema.name}\`: it has a \`compensation\`, so declare reversibility \`compensable\``,
    );
  }
}

function checkImage(schema: ToolSchema): void {
  const problem = imageProblem(schema);
  if (problem !== undefined) throw new ToolInvalidError(`tool \`${schema.name}\`: ${problem}`);
}

/** What a declaration of a before-image lacks, or what refers to one that there is not. */
function imageProblem({ before, before_required, reversibility, compensation }: ToolSchema): string | undefined {
  if (before === undefined) {
    if (before_required !== undefined) return "`before_required` speaks of a `before`, and there is none";
    const isReferred = compensation !== undefined && pointsTo(compensation.parameters, "before");
    return isReferred ? "the compensation refers to `$before`: declare what reads it (`before`)" : undefined;
  }
  if (reversibility !== "compensable") {
    return "only a compensation uses `before`: declare reversibility `compensable` and a `compensation`";
  }
  const isEarly = pointsTo(before.parameters, "output") || pointsTo(before.parameters, "before");
  return isEarly
    ? "`before` is read before there is an output: only `$parameters` stands in its parameters"
    : undefined;
}

function compile(compiler: SchemaCompiler, schema: ToolSchema, field: "parameters" | "returns"): CompiledSchema {
  try {
    return compiler.compile(schema[field]!);
  } catch (cause) {
    if (!(cause instanceof SchemaInvalidError)) throw cause;
    throw new ToolInvalidError(`tool \`${schema.name}\`: ${field}: ${cause.message}`, { cause });
  }
}
