import { canonicalJson, contentHash, type JsonObject } from "@car/ir";
import type { Sha256 } from "./event-hash.js";
import { plainJson } from "./plain-json.js";

/** `contentHash({})`: many events carry no payload. */
export const EMPTY_DIGEST = contentHash({});

/** A payload as the chain holds it. */
export interface SealedPayload {
  /** The payload, or its nearest plain JSON when it was not plain JSON. */
  readonly data: JsonObject;
  /** Canonical JSON of `data`. */
  readonly text: string;
  /** SHA-256 of `text`. */
  readonly digest: string;
}

/**
 * Digests a payload. It never throws: one value that is not JSON, such as half of a surrogate pair in an error's
 * message, must not make a log unreadable, so the nearest plain JSON stands in for such a payload.
 */
export function sealPayload(data: JsonObject, sha256: Sha256): SealedPayload {
  if (isEmpty(data)) return { data, text: "{}", digest: EMPTY_DIGEST };
  try {
    const text = canonicalJson(data);
    return { data, text, digest: sha256(text) };
  } catch {
    const plain = nearestObject(data);
    const text = canonicalJson(plain);
    return { data: plain, text, digest: sha256(text) };
  }
}

function isEmpty(data: JsonObject): boolean {
  for (const _key in data) return false;
  return true;
}

function nearestObject(data: JsonObject): JsonObject {
  try {
    const plain = plainJson(data);
    return typeof plain === "object" && plain !== null && !Array.isArray(plain) ? (plain as JsonObject) : { plain };
  } catch (error) {
    // A getter or a proxy threw. The event stays, its payload is lost, and the log says so.
    return { unrecorded: plainJson(error instanceof Error ? error.message : "payload could not be read") };
  }
}
