import type { JsonValue } from "@car/ir";

/** A part of a message, as the AI SDK's model interfaces of versions 2, 3 and 4 all take it. */
export type AiSdkPart =
  | { type: "text"; text: string }
  | { type: "tool-call"; toolCallId: string; toolName: string; input: unknown }
  | { type: "tool-result"; toolCallId: string; toolName: string; output: { type: "text"; value: string } };

/** One message. */
export type AiSdkMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: { type: "text"; text: string }[] }
  | { role: "assistant"; content: Exclude<AiSdkPart, { type: "tool-result" }>[] }
  | { role: "tool"; content: Extract<AiSdkPart, { type: "tool-result" }>[] };

/** One tool. */
export interface AiSdkTool {
  type: "function";
  name: string;
  description: string;
  // The SDK's type of a JSON Schema is draft 7's; ours is any JSON object.
  inputSchema: { [key: string]: JsonValue };
}

/** What a language model is asked. */
export interface AiSdkCallOptions {
  prompt: AiSdkMessage[];
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  stopSequences?: string[];
  seed?: number;
  responseFormat?: { type: "json"; schema: { [key: string]: JsonValue } };
  tools?: AiSdkTool[];
  abortSignal?: AbortSignal;
}

/**
 * The part of the AI SDK's language models that is used here. `LanguageModelV2`, `LanguageModelV3` and `LanguageModelV4`
 * of `@ai-sdk/provider` are such models; what they answer is checked, not trusted.
 */
export interface AiSdkLanguageModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: AiSdkCallOptions): PromiseLike<unknown>;
  doStream(options: AiSdkCallOptions): PromiseLike<{ stream: ReadableStream<unknown> }>;
}

/** The part of the AI SDK's embedding models that is used here. */
export interface AiSdkEmbeddingModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  doEmbed(options: { values: string[]; abortSignal?: AbortSignal }): PromiseLike<unknown>;
}
