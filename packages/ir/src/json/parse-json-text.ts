import { JsonInvalidError } from "../errors/plain-errors.js";
import { type Frame, frameOf, pathOfFrame } from "./frame.js";
import type { JsonValue } from "./json-value.js";
import { lostIntegers, lostText } from "./lost-integers.js";
import { isWellFormed } from "./well-formed.js";

/** Deeper nesting has no canonical text either. */
const MAX_DEPTH = 1_000;

/**
 * The value of a JSON text that was stored. Stricter than `JSON.parse`, which lets through what no writer of ours puts
 * out and what could not be hashed again.
 * @throws `JsonInvalidError`, with the path, for a text that is no JSON, numbers that are too large to be finite, integers
 * of which digits would be lost, lone surrogates, and more than 1,000 levels.
 */
export function parseJsonText(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new JsonInvalidError("", `it is no JSON: ${(cause as Error).message}`, { cause });
  }
  check(value, undefined);
  for (const { token, offset } of lostIntegers(text)) {
    throw new JsonInvalidError("", `${lostText(token)}, at character ${offset + 1}`);
  }
  return value;
}

function check(value: JsonValue, outer: Frame | undefined): void {
  if (typeof value === "string") return checkText(value, outer);
  if (typeof value === "number" && !Number.isFinite(value)) refuse(outer, "a number is not finite");
  if (typeof value !== "object" || value === null) return;
  const frame = frameOf(value, outer);
  if (frame.depth > MAX_DEPTH) refuse(outer, `nested deeper than ${MAX_DEPTH} levels`);
  for (const [name, inner] of Object.entries(value)) {
    frame.step = Array.isArray(value) ? Number(name) : name;
    checkText(name, frame);
    check(inner, frame);
  }
}

function checkText(text: string, frame: Frame | undefined): void {
  if (!isWellFormed(text)) refuse(frame, "a lone surrogate has no UTF-8 form");
}

function refuse(frame: Frame | undefined, message: string): never {
  throw new JsonInvalidError(pathOfFrame(frame), message);
}
