import type { JsonObject, JsonValue } from "@car/ir";
import type { InferenceMessage, InferenceRequest, InferenceToolCall } from "@car/ir/ports";
import { schemaInWords } from "../structured/schema-in-words.js";

/** A message of the API: who speaks, and blocks of what is said. */
interface Turn {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

/** What the API wants to be told and a request may leave open. */
export interface MessageDefaults {
  readonly model: string;
  readonly maxTokens: number;
}

/**
 * The body of Anthropic's `messages`. System messages stand apart from the conversation, answers to calls are said by the
 * user, and turns alternate: neighbours of one role are one turn.
 */
export function messageBody(
  request: InferenceRequest,
  { model, maxTokens }: MessageDefaults,
): Record<string, JsonValue> {
  const { params = {}, tools = [], response_format: format } = request;
  const { max_tokens = maxTokens, stop, temperature, top_p } = params;
  const messages = format === undefined ? request.messages : [schemaInWords(format), ...request.messages];
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  return {
    model,
    max_tokens,
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
    messages: turnsOf(messages.filter(({ role }) => role !== "system")) as unknown as JsonValue,
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(stop === undefined ? {} : { stop_sequences: stop }),
    ...(tools.length === 0
      ? {}
      : { tools: tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters })) }),
  };
}

function turnsOf(messages: readonly InferenceMessage[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocksOf(message));
    else turns.push({ role, content: blocksOf(message) });
  }
  return turns.filter(({ content }) => content.length > 0);
}

function blocksOf({ role, content, tool_calls: calls = [], tool_call_id: id = "" }: InferenceMessage): JsonObject[] {
  if (role === "tool") return [{ type: "tool_result", tool_use_id: id, content }];
  // The API refuses blocks of text without text.
  return [...(content.trim() === "" ? [] : [{ type: "text", text: content }]), ...calls.map(callBlock)];
}

function callBlock({ id, name, arguments: input }: InferenceToolCall): JsonObject {
  return { type: "tool_use", id, name, input: typeof input === "object" && input !== null ? input : {} };
}
