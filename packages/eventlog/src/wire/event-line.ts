import { canonicalJson, type CarEvent, type EventEnvelope, jsonOfEvent } from "@car/ir";

/** What a line needs beside the event: its payload as canonical JSON and its place in the chain. */
export interface LineParts {
  readonly payload: string;
  readonly prevHash: string;
  readonly hash: string;
  /** Digest of the payload, when the line does not have the payload itself. */
  readonly digest?: string;
}

/**
 * The line of a new event, without its line feed: the fields in the order of `CarEvent`, the payload as canonical JSON.
 * One order and one spelling, so that every other byte in a log is damage.
 */
export function eventLine(event: EventEnvelope, { payload, prevHash, hash, digest }: LineParts): string {
  const withheld = digest === undefined ? "" : `"data_digest":"${digest}",`;
  return `${envelope(event)}"data":${payload},${withheld}"prev_hash":"${prevHash}","hash":"${hash}"}`;
}

/** The line of an event that was read, whoever made it. Throws `JsonInvalidError` when it is not plain JSON. */
export function sealedEventLine(event: CarEvent): string {
  const { prev_hash: prevHash, hash, data_digest: digest } = event;
  const parts = { payload: canonicalJson(jsonOfEvent(event)), prevHash, hash };
  return eventLine(event, digest === undefined ? parts : { ...parts, digest });
}

function envelope(event: EventEnvelope): string {
  const { run_id, proposal_id, action_id, attempt } = event;
  return (
    `{"format_version":1,"seq":${event.seq},"kind":"${event.kind}","timestamp":"${event.timestamp}",` +
    (run_id === undefined ? "" : `"run_id":${JSON.stringify(run_id)},`) +
    (proposal_id === undefined ? "" : `"proposal_id":${JSON.stringify(proposal_id)},`) +
    (action_id === undefined ? "" : `"action_id":${JSON.stringify(action_id)},`) +
    (attempt === undefined ? "" : `"attempt":${attempt},`) +
    `"trace_id":"${event.trace_id}","span_id":"${event.span_id}",`
  );
}
