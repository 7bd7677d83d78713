import type { JsonObject, JsonValue } from "@car/ir";
import type { ContentStore } from "../content-store.js";
import type { Entry } from "../entry.js";
import type { Grounds, Place } from "../places.js";

/** One call of an act. */
export interface ActCall {
  readonly grounds: Grounds;
  readonly store: ContentStore;
  /** The place of a parameter that holds a path. It is not the root. */
  place(parameter: string): Place;
  /** A parameter that holds a text; `undefined` when it was left out. */
  text(parameter: string): string | undefined;
  /** What lies there now. */
  entryAt(place: Place): Promise<Entry>;
}

/** What a call leaves when it happens. */
export interface Expected {
  /** By parameter, for each of `imaged`. */
  readonly entries: Readonly<Record<string, Entry>>;
  readonly output: JsonValue;
}

/** A tool that changes something in one step, so that a call has happened or has not. */
export interface Act {
  /** Without the kit's prefix. */
  readonly name: string;
  readonly description: string;
  readonly properties: JsonObject;
  readonly required: readonly string[];
  readonly idempotent: boolean;
  /** The parameters whose paths are in the before-image. */
  readonly imaged: readonly string[];
  /** Whether the image leaves out contents, and what lies in folders. */
  readonly shallow: boolean;
  /** Whether undoing needs no contents, so that none are stored and nothing is too large. */
  readonly outline: boolean;
  /** Gives the output. What it throws before the step says that nothing was done. */
  perform(call: ActCall): Promise<JsonValue>;
  /** What follows from what was there before; `undefined` when such a call does nothing. */
  expect(call: ActCall, before: (parameter: string) => Entry): Promise<Expected | undefined>;
}

/** JSON Schema of a path. */
export const PATH = { type: "string", minLength: 1, description: "Relative to the root folder, with /" } as const;

/** JSON Schema of permission bits. */
export const MODE = {
  type: "string",
  pattern: "^0?[0-7]{3}$",
  description: "Permission bits in octal, such as 644",
} as const;

/** Permission bits as images have them. */
export function fullMode(mode: string): string {
  return mode.padStart(4, "0");
}
