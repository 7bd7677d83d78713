/** One call as a model API gives it: OpenAI's chat and responses, Anthropic's, the AI SDK's, or plain `{id, name, arguments}`. */
export type ModelToolCall =
  | {
      readonly id: string;
      readonly type?: "function";
      readonly function: { readonly name: string; readonly arguments: unknown };
    }
  | { readonly type: "function_call"; readonly call_id: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown }
  | {
      readonly type?: "tool-call";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly input?: unknown;
      readonly args?: unknown;
    }
  | { readonly id: string; readonly name: string; readonly arguments: unknown };

/** Something that stands between calls in a model's answer: its text, its thoughts, calls that its service has made itself. */
export interface OtherPart {
  readonly type: string;
}

/** A call in the same form, whoever's it was. */
export interface PlainCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

const CALLS: ReadonlySet<unknown> = new Set([
  undefined,
  "function",
  "function_call",
  "tool_use",
  "tool-call",
  "tool_call",
]);

/** What a part of an answer calls; `other` for a part that calls nothing, `undefined` for what is no part of any API. */
export function plainCall(part: unknown): PlainCall | "other" | undefined {
  if (typeof part !== "object" || part === null) return undefined;
  const fields = part as Readonly<Record<string, unknown>>;
  const { type, call_id, toolCallId, toolName, providerExecuted, input, args } = fields;
  if (!CALLS.has(type) || providerExecuted === true) return typeof type === "string" ? "other" : undefined;
  const called = (typeof fields["function"] === "object" && fields["function"]) || fields;
  const { name = toolName, arguments: given = input ?? args } = called as Readonly<Record<string, unknown>>;
  const id = call_id ?? toolCallId ?? fields["id"] ?? "";
  if (typeof name !== "string" || typeof id !== "string") return undefined;
  return { id, name, input: given };
}
