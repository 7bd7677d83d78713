import { contentHash, type JsonObject, type JsonValue, RecordingInvalidError } from "@car/ir";

/** One write through a tool's state handle. Without `value` the key was deleted. */
export interface RecordedHandleWrite {
  readonly key: string;
  readonly value?: JsonValue;
}

/** How a call failed. Without `class` the tool named none. */
export interface RecordedCallError {
  readonly message: string;
  readonly class?: string;
  readonly retry_after_ms?: number;
}

/** One call and what came of it: an `output`, an `error`, or neither when it was never answered. */
export interface RecordedCall {
  readonly tool: string;
  /** As they were after redaction. */
  readonly parameters: JsonObject;
  readonly output?: JsonValue;
  readonly error?: RecordedCallError;
  /** In the order in which they were made. */
  readonly writes?: readonly RecordedHandleWrite[];
  readonly spent?: readonly { readonly counter: string; readonly amount: number }[];
}

/** Calls in the order in which they began: plain JSON, to be kept as a file beside a test. */
export interface ToolRecording {
  readonly format_version: 1;
  readonly calls: readonly RecordedCall[];
  /** Of the canonical JSON of the other two fields. */
  readonly sha256: string;
}

/** Seals calls. */
export function sealRecording(calls: readonly RecordedCall[]): ToolRecording {
  return { format_version: 1, calls, sha256: checksumOf(calls) };
}

/**
 * Checks what was read from a file.
 * @throws `RecordingInvalidError` (`CAR_RECORDING_INVALID`).
 */
export function checkRecording(input: unknown): ToolRecording {
  if (typeof input !== "object" || input === null) throw new RecordingInvalidError("a recording is a JSON object");
  const { format_version: version, calls, sha256 } = input as Partial<Record<keyof ToolRecording, unknown>>;
  if (version !== 1) throw new RecordingInvalidError(`the recording has format_version ${String(version)}, not 1`);
  if (!Array.isArray(calls)) throw new RecordingInvalidError("the recording has no `calls`");
  if (checksumOrNone(calls as readonly RecordedCall[]) !== sha256) {
    throw new RecordingInvalidError("the recording was changed: its calls do not have its checksum");
  }
  return input as ToolRecording;
}

function checksumOf(calls: readonly RecordedCall[]): string {
  return contentHash({ format_version: 1, calls } as unknown as JsonObject);
}

function checksumOrNone(calls: readonly RecordedCall[]): string | undefined {
  try {
    return checksumOf(calls);
  } catch {
    // What has no canonical form was no recording.
    return undefined;
  }
}
