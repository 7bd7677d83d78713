import type { JsonObject, JsonValue } from "@car/ir";

/** One part of a conversation, as the library takes it. */
export type LlamaItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | {
      readonly type: "model";
      readonly response: readonly (
        | string
        | { readonly type: "functionCall"; readonly name: string; readonly params: JsonValue; readonly result: string }
      )[];
    };

/** How one answer is generated. */
export interface GenerateOptions {
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly customStopTriggers?: readonly string[];
  /** JSON Schema: what is generated is JSON of this form. */
  readonly schema?: JsonObject;
  /** Tools by name. */
  readonly functions?: Readonly<Record<string, { readonly description: string; readonly params: JsonObject }>>;
  readonly signal?: AbortSignal;
}

/** One answer. */
export interface Generated {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: JsonValue }[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The library's word, such as `eogToken` or `maxTokens`. */
  readonly stopReason: string;
}

/** A model in memory that answers one question at a time. */
export interface LoadedLlama {
  generate(history: readonly LlamaItem[], options: GenerateOptions): Promise<Generated>;
  close(): Promise<void>;
}

/** Which file is loaded, and how. */
export interface LlamaModelFile {
  /** Path of a GGUF file. Nothing is downloaded. */
  readonly modelPath: string;
  /** Longest conversation with its answer, in tokens. Default 4,096. */
  readonly contextSize?: number;
  /** Default 1: more threads than free cores make it many times slower. */
  readonly threads?: number;
  /** Whether a graphics card is used where there is one. Default false. */
  readonly gpu?: boolean;
}

/** Loads a model; a test gives another one. */
export type LoadLlama = (file: LlamaModelFile) => Promise<LoadedLlama>;
