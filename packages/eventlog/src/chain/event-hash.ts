import { canonicalJson, contentHash, type EventEnvelope, jsonOfEvent, sha256Hex, type CarEvent } from "@car/ir";

/** SHA-256 of the UTF-8 form of a text, as 64 lower-case hex characters. `sha256Hex` of `@car/ir` is one. */
export type Sha256 = (text: string) => string;

/** `prev_hash` of the first event of a log. */
export const GENESIS_HASH = "0".repeat(64);

/**
 * `prev_hash` of the first event that is kept, when a bounded log dropped everything up to `droppedThrough` before
 * anybody had asked for its hashes. The chain starts anew there, and says so.
 */
export function anchorHash(droppedThrough: number): string {
  return contentHash({ dropped_through: droppedThrough });
}

/**
 * The hash of an event: SHA-256 over the canonical JSON of its other fields, with `data` replaced by its digest.
 * Fields this version does not know count too; only `hash` and `data_digest` are left out.
 * @throws `JsonInvalidError` when the event is not plain JSON.
 */
export function eventHash(event: Omit<CarEvent, "hash">, sha256: Sha256 = sha256Hex): string {
  const { data: _data, data_digest: digest, hash: _hash, ...others } = event as CarEvent;
  return sha256(canonicalJson({ ...others, data: digest ?? sha256(canonicalJson(jsonOfEvent(event))) }));
}

/** What `sealedText` needs beside the event: the digest of its payload and the hash of the event before. */
export interface SealLink {
  readonly digest: string;
  readonly prevHash: string;
}

/** The text that `eventHash` hashes, of an event this package made itself: a template in place of a sort. */
export function sealedText(event: EventEnvelope, { digest, prevHash }: SealLink): string {
  const { action_id, attempt, proposal_id, run_id } = event;
  // The names are in code-unit order, as canonical JSON has them.
  return (
    "{" +
    (action_id === undefined ? "" : `"action_id":${JSON.stringify(action_id)},`) +
    (attempt === undefined ? "" : `"attempt":${attempt},`) +
    `"data":"${digest}","format_version":1,"kind":"${event.kind}","prev_hash":"${prevHash}",` +
    (proposal_id === undefined ? "" : `"proposal_id":${JSON.stringify(proposal_id)},`) +
    (run_id === undefined ? "" : `"run_id":${JSON.stringify(run_id)},`) +
    `"seq":${event.seq},"span_id":"${event.span_id}","timestamp":"${event.timestamp}","trace_id":"${event.trace_id}"}`
  );
}
