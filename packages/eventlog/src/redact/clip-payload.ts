import type { JsonObject, JsonValue } from "@car/ir";
import { setOwn } from "@car/ir/internal";
import { utf8Bytes } from "./utf8-bytes.js";

/** What stands for what was left out: the value of a member of this name, an element, or the end of a text. */
const CLIPPED = "[clipped]";

/** Bytes of the longest thing that marks a clip: `,"[clipped]":true`. */
const MARK_BYTES = 18;

/** The smallest size that leaves room for a mark at every level that is entered. */
export const MIN_PAYLOAD_BYTES = 64;

/**
 * The payload, cut so that its JSON has at most `maxBytes` bytes (at least 64). What comes first is kept; long texts
 * are shortened, and where something was left out a mark says so. Gives the payload itself when it is small enough.
 */
export function clipPayload(data: JsonObject, maxBytes: number): JsonObject {
  if (utf8Bytes(JSON.stringify(data)) <= maxBytes) return data;
  return new Clipper(maxBytes).object(data);
}

class Clipper {
  /** Bytes that may still be written; marks and closing brackets of open containers are already paid for. */
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  object(object: JsonObject): JsonObject {
    this.left -= 2 + MARK_BYTES;
    const copy: Record<string, JsonValue> = {};
    for (const name of Object.keys(object)) {
      const value = object[name] ?? null;
      // The quotes are in the JSON text; the colon and the comma are not.
      const nameBytes = jsonBytes(name) + 2;
      if (nameBytes + leastBytes(value) > this.left) {
        setOwn<JsonValue>(copy, CLIPPED, true);
        return copy;
      }
      this.left -= nameBytes;
      setOwn(copy, name, this.value(value));
    }
    this.left += MARK_BYTES;
    return copy;
  }

  private array(array: readonly JsonValue[]): readonly JsonValue[] {
    this.left -= 2 + MARK_BYTES;
    const copy: JsonValue[] = [];
    for (const item of array) {
      if (1 + leastBytes(item) > this.left) return [...copy, CLIPPED];
      this.left -= 1;
      copy.push(this.value(item));
    }
    this.left += MARK_BYTES;
    return copy;
  }

  private value(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return this.array(value as readonly JsonValue[]);
    if (typeof value === "object" && value !== null) return this.object(value as JsonObject);
    this.left -= jsonBytes(value);
    return value;
  }

  private text(text: string): string {
    const whole = jsonBytes(text);
    if (whole <= this.left) {
      this.left -= whole;
      return text;
    }
    const shown = text.slice(0, fittingLength(text, this.left - MARK_BYTES)) + CLIPPED;
    this.left -= jsonBytes(shown);
    return shown;
  }
}

/** Bytes that the shortest form of a value needs. */
function leastBytes(value: JsonValue): number {
  if (typeof value === "string") return Math.min(jsonBytes(value.slice(0, MARK_BYTES)), MARK_BYTES);
  return typeof value === "object" && value !== null ? 2 + MARK_BYTES : jsonBytes(value);
}

/** How much of a text has a JSON form of at most `bytes` bytes; never half of a surrogate pair. */
function fittingLength(text: string, bytes: number): number {
  let [fits, tooLong] = [0, Math.min(text.length, Math.max(0, bytes)) + 1];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (jsonBytes(text.slice(0, middle)) <= bytes) fits = middle;
    else tooLong = middle;
  }
  const isInsidePair = /[\uD800-\uDBFF]/.test(text.charAt(fits - 1));
  return isInsidePair ? fits - 1 : fits;
}

function jsonBytes(value: string | number | boolean | null): number {
  return utf8Bytes(JSON.stringify(value));
}
