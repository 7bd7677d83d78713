import type { JsonObject, JsonValue } from "@car/ir";
import type { InferenceMessage, InferenceRequest, InferenceToolCall } from "@car/ir/ports";
import { schemaInWords } from "../structured/schema-in-words.js";
import type { OpenAiDialect } from "./dialect.js";

/** The body of a chat completion. Fields that were not asked for are left out: servers refuse what they do not know. */
export function chatBody(model: string, request: InferenceRequest, dialect: OpenAiDialect): Record<string, JsonValue> {
  const { params = {}, tools = [], response_format: format, messages } = request;
  const { max_tokens: maxTokens, seed, ...asked } = params;
  const told = format === undefined || dialect.json === "json_schema" ? [] : [schemaInWords(format)];
  return {
    model,
    messages: [...told, ...messages].map(messageOf),
    ...(asked as JsonObject),
    ...(maxTokens === undefined ? {} : { [dialect.maxTokens]: maxTokens }),
    ...(seed === undefined ? {} : { [dialect.seed]: seed }),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: "function", function: { ...tool } })) }),
    ...(format === undefined ? {} : formatOf(format, dialect)),
  };
}

function formatOf(schema: JsonObject, { json }: OpenAiDialect): Record<string, JsonValue> {
  switch (json) {
    case "json_schema":
      return { response_format: { type: json, json_schema: { name: "answer", schema } } };
    case "json_object":
      return { response_format: { type: json } };
    case "none":
      return {};
  }
}

function messageOf({ role, content, tool_calls: calls, tool_call_id: id }: InferenceMessage): JsonObject {
  return {
    role,
    content,
    ...(calls === undefined || calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
    ...(id === undefined ? {} : { tool_call_id: id }),
  };
}

function callOf({ id, name, arguments: input, extra }: InferenceToolCall): JsonObject {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const function_ = { name, arguments: text };
  return { id, type: "function", function: function_, ...(extra === undefined ? {} : { extra_content: extra }) };
}
