import { canonicalJson, type InferenceFailure, type JsonValue } from "@car/ir";
import type { InferenceChunk } from "@car/ir/ports";

/** The methods of a provider that are recorded. */
export type RecordedMethod = "infer" | "stream" | "embed" | "classify";

/** One call of a provider and what came of it. Plain JSON. */
export interface RecordedCall {
  readonly method: RecordedMethod;
  readonly request: JsonValue;
  /** Absent when the call failed; of a stream, its chunks. */
  readonly answer?: JsonValue;
  readonly failure?: { readonly kind: InferenceFailure; readonly message: string; readonly retry_after_ms?: number };
}

/** Calls in the order in which they ended. Plain JSON: write it to a file, and read it back for `replayingProvider`. */
export interface Recording {
  readonly format_version: 1;
  readonly model: string;
  readonly capabilities: readonly string[];
  readonly calls: readonly RecordedCall[];
}

/** Two calls with equal keys ask the same. */
export function callKey(method: RecordedMethod, request: JsonValue): string {
  return canonicalJson([method, request]);
}

/** A request, an answer or chunks as plain JSON: members that are `undefined` go, vectors become lists. */
export function plainJson(value: unknown): JsonValue {
  const plain = (_name: string, member: unknown): unknown =>
    member instanceof Float32Array ? Array.from(member) : member;
  const text = JSON.stringify(value, plain);
  return JSON.parse(text) as JsonValue;
}

/** The chunks of a recorded stream. */
export function chunksIn(answer: JsonValue): readonly InferenceChunk[] {
  return Array.isArray(answer) ? (answer as readonly unknown[] as readonly InferenceChunk[]) : [];
}
