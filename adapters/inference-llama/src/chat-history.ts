import type { JsonValue } from "@car/ir";
import type { InferenceMessage, InferenceToolCall } from "@car/ir/ports";
import type { LlamaItem } from "./loaded-llama.js";

/** Messages as the library takes them: a call of a tool holds its answer, and the last item is the answer to come. */
export function historyOf(messages: readonly InferenceMessage[]): readonly LlamaItem[] {
  const answers = new Map(messages.map(({ tool_call_id: id, content }) => [id, content]));
  const items = messages.flatMap(({ role, content, tool_calls: calls = [] }): readonly LlamaItem[] => {
    switch (role) {
      case "system":
      case "user":
        return [{ type: role, text: content }];
      case "assistant": {
        const made = calls.map((call) => callWithAnswer(call, answers.get(call.id) ?? ""));
        return [{ type: "model", response: [...(content === "" ? [] : [content]), ...made] }];
      }
      case "tool":
        return [];
    }
  });
  return items.at(-1)?.type === "model" ? items : [...items, { type: "model", response: [] }];
}

function callWithAnswer({ name, arguments: input }: InferenceToolCall, result: string) {
  return { type: "functionCall", name, params: paramsOf(input), result } as const;
}

/** Some APIs write arguments as JSON text. */
function paramsOf(input: JsonValue): JsonValue {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input) as JsonValue;
  } catch {
    return input;
  }
}
