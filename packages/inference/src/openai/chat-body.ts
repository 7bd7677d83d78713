import type { JsonObject, JsonValue } from "@car/ir";
import type { InferenceMessage, InferenceRequest, InferenceToolCall } from "@car/ir/ports";

/** The body of a chat completion. Fields that were not asked for are left out: servers refuse what they do not know. */
export function chatBody(model: string, request: InferenceRequest): Record<string, JsonValue> {
  const { params = {}, tools = [], response_format: format } = request;
  return {
    model,
    messages: request.messages.map(messageOf),
    ...(params as JsonObject),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: "function", function: { ...tool } })) }),
    ...(format === undefined
      ? {}
      : { response_format: { type: "json_schema", json_schema: { name: "answer", schema: format } } }),
  };
}

function messageOf({ role, content, tool_calls: calls, tool_call_id: id }: InferenceMessage): JsonObject {
  return {
    role,
    content,
    ...(calls === undefined || calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
    ...(id === undefined ? {} : { tool_call_id: id }),
  };
}

function callOf({ id, name, arguments: input }: InferenceToolCall): JsonObject {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return { id, type: "function", function: { name, arguments: text } };
}
