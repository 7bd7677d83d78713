import type { JsonObject, JsonValue } from "@car/ir";
import type { InferenceCall, InferenceMessage, InferenceRequest, InferenceToolCall } from "@car/ir/ports";
import type { AiSdkCallOptions, AiSdkMessage } from "./model-types.js";

/** The port's request as an AI SDK model takes it. What is not asked for is left out. */
export function callOptions(request: InferenceRequest, call: InferenceCall | undefined): AiSdkCallOptions {
  const { params = {}, tools, response_format: format } = request;
  return {
    prompt: request.messages.map(messageOf),
    ...(params.max_tokens === undefined ? {} : { maxOutputTokens: params.max_tokens }),
    ...(params.temperature === undefined ? {} : { temperature: params.temperature }),
    ...(params.top_p === undefined ? {} : { topP: params.top_p }),
    ...(params.stop === undefined ? {} : { stopSequences: [...params.stop] }),
    ...(params.seed === undefined ? {} : { seed: params.seed }),
    ...(format === undefined ? {} : { responseFormat: { type: "json", schema: schemaOf(format) } }),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => {
            return { type: "function" as const, name, description, inputSchema: schemaOf(parameters) };
          }),
        }),
    ...(call?.signal === undefined ? {} : { abortSignal: call.signal }),
  };
}

/** A shallow copy: the SDK's types want a schema that may be changed, and some providers do change it. */
function schemaOf(schema: JsonObject): { [key: string]: JsonValue } {
  return { ...schema };
}

function messageOf(message: InferenceMessage): AiSdkMessage {
  const { role, content, tool_calls: calls = [], tool_call_id: id = "", name = "" } = message;
  switch (role) {
    case "system":
      return { role, content };
    case "user":
      return { role, content: [{ type: "text", text: content }] };
    case "assistant":
      return { role, content: [...textPart(content), ...calls.map(callPart)] };
    case "tool":
      return {
        role,
        content: [{ type: "tool-result", toolCallId: id, toolName: name, output: { type: "text", value: content } }],
      };
  }
}

function textPart(text: string): { type: "text"; text: string }[] {
  return text === "" ? [] : [{ type: "text", text }];
}

function callPart({ id, name, arguments: input }: InferenceToolCall): {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  input: unknown;
} {
  return { type: "tool-call", toolCallId: id, toolName: name, input: parsedArguments(input) };
}

/** An object where it is one: providers write it down again. */
function parsedArguments(input: JsonValue): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}
