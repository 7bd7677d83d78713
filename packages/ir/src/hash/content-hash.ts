import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { JsonInvalidError } from "../errors/plain-errors.js";
import { canonicalJson } from "../json/canonical-json.js";
import type { JsonValue } from "../json/json-value.js";
import { isWellFormed } from "../json/well-formed.js";

const encoder = new TextEncoder();

/**
 * SHA-256 of the UTF-8 form of `text`, as 64 lower-case hex characters.
 * @throws `JsonInvalidError` for a lone surrogate: it has no UTF-8 form, and two different texts would share a hash.
 */
export function sha256Hex(text: string): string {
  if (!isWellFormed(text)) throw new JsonInvalidError("", "a lone surrogate has no UTF-8 form");
  return bytesToHex(sha256(encoder.encode(text)));
}

/** Names a JSON value by its content: SHA-256 of its canonical JSON. Throws as `canonicalJson` does. */
export function contentHash(value: JsonValue): string {
  return sha256Hex(canonicalJson(value));
}
