import type { JsonObject, ToolSchema } from "@car/ir";
import { assertFormat } from "./assert-format.js";
import { modelNames } from "./model-names.js";

/** A tool as OpenAI's chat completions take it. */
export interface OpenAiTool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonObject };
}

/** A tool as Anthropic's messages take it. */
export interface AnthropicTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
}

/** A tool with plain JSON Schema, for everything else. */
export interface JsonSchemaTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

interface Formats {
  openai: OpenAiTool;
  anthropic: AnthropicTool;
  "json-schema": JsonSchemaTool;
}

/** Anything that can list its tools; a runtime can. */
export interface HasTools {
  tools(): readonly ToolSchema[];
}

/**
 * The registered tools in the shape a model API wants. Names it would refuse are changed; `proposalFromToolCalls` changes them back.
 * @throws `CAR_CONFIG_INVALID` for a shape that does not exist, naming those that do.
 */
export function toolsForModel<F extends keyof Formats>(runtime: HasTools, format: F): readonly Formats[F][] {
  assertFormat(format, Object.keys(FORMATTERS), "toolsForModel");
  const tools = runtime.tools();
  const names = modelNames(tools.map(({ name }) => name));
  return tools.map((schema, index) => FORMATTERS[format](schema, names[index]!));
}

const FORMATTERS: { readonly [F in keyof Formats]: (schema: ToolSchema, modelName: string) => Formats[F] } = {
  openai: ({ description, parameters }, name) => ({ type: "function", function: { name, description, parameters } }),
  anthropic: ({ description, parameters }, name) => ({ name, description, input_schema: parameters }),
  "json-schema": ({ name, description, parameters }) => ({ name, description, parameters }),
};
