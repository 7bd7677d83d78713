import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { Reason } from "../result/reason.js";

/** Payload of `image_read`. */
export type ImageReadData = {
  /** Read before the call, right after it, or before it is undone. */
  readonly when: "before" | "after" | "undo";
  /** The reader. */
  readonly tool: string;
  /** What the reader got, references resolved. */
  readonly parameters: JsonObject;
  /** The image; absent when it could not be read. */
  readonly output?: JsonValue;
  /** Data-flow labels of the image; absent when it has none. */
  readonly labels?: readonly string[];
  /** Why there is no image. */
  readonly reason?: Reason;
};

/** Payload of `action_probed`. */
export type ActionProbedData = {
  /** The failure that left open what the call did. Absent when its process ended before it failed. */
  readonly reason?: Reason;
  /** What the probe said: it happened, it did not, or it cannot tell. */
  readonly answer: "happened" | "not_happened" | "unknown";
  /** Of a call that happened. */
  readonly output?: JsonValue;
  /** Data-flow labels of that output; absent when it has none. */
  readonly labels?: readonly string[];
  /** Why the probe's answer is none: it threw, took too long, or gave what cannot be used. */
  readonly problem?: string;
  /** The call was to undo the action. */
  readonly is_compensation?: boolean;
};
