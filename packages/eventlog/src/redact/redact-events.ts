import { canonicalJson, ConfigInvalidError, jsonOfEvent, sha256Hex, type CarEvent, type JsonObject } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Sha256 } from "../chain/event-hash.js";
import { clipPayload, MIN_PAYLOAD_BYTES } from "./clip-payload.js";
import { hideValues } from "./hide-values.js";
import { type SensitiveKeys, sensitivityOf } from "./sensitive-keys.js";

/** What readers of a log do not get to see. */
export interface RedactOptions {
  /** Values to replace by `"[redacted]"`, wherever in a payload they are. `COMMON_SECRET_KEYS` is a start. */
  readonly keys?: SensitiveKeys;
  /** Largest payload that is shown whole, in bytes of JSON; at least 64. Longer ones are clipped, with a mark. */
  readonly maxBytes?: number;
  /** A faster SHA-256 than the portable default. */
  readonly sha256?: Sha256;
}

/**
 * Events as they may be shown. One whose payload is changed carries the digest of the sealed payload in `data_digest`,
 * so the chain still verifies, with `verifyChain(events, { redacted: true })`; the log itself stays as it is.
 * @throws `CAR_CONFIG_INVALID` when `maxBytes` is below 64.
 */
export function redactEvents(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: RedactOptions,
): AsyncIterable<CarEvent> {
  return redacted(events, redactionOf(options), options.sha256 ?? sha256Hex);
}

async function* redacted(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  redact: (data: JsonObject) => JsonObject,
  sha256: Sha256,
): AsyncGenerator<CarEvent> {
  for await (const event of events) {
    const data = redact(jsonOfEvent(event));
    yield data === event.data ? event : withheld(event, data, sha256);
  }
}

/** The change that `options` make to a payload; it gives the payload itself back when there is nothing to change. */
function redactionOf(options: RedactOptions): (data: JsonObject) => JsonObject {
  assertKnownOptions(options, ["keys", "maxBytes", "sha256"], "redact");
  const { keys = [], maxBytes = Number.POSITIVE_INFINITY } = options;
  if (!(maxBytes >= MIN_PAYLOAD_BYTES)) throw new ConfigInvalidError(`maxBytes must be at least ${MIN_PAYLOAD_BYTES}`);
  const isSensitive = sensitivityOf(keys);
  const mayHide = typeof keys === "function" || keys.length > 0;
  return (data) => {
    const shown = mayHide ? hideValues(data, isSensitive) : data;
    return maxBytes === Number.POSITIVE_INFINITY ? shown : clipPayload(shown, maxBytes);
  };
}

function withheld(event: CarEvent, data: JsonObject, sha256: Sha256): CarEvent {
  const { prev_hash, hash, data: _, data_digest = sha256(canonicalJson(jsonOfEvent(event))), ...others } = event;
  return { ...others, data, data_digest, prev_hash, hash };
}
