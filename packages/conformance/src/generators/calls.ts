import fc from "fast-check";
import type { ErrorClass, JsonValue } from "@car/ir";
import type { ScriptedCall, ScriptedOutcome, ThrownStatus } from "../model/world.js";
import { anyKey, anyValue, fractionOf, seldom, weighted } from "./values.js";

/** Characters in a large output. */
export const LARGE = 4_000;

/** A call before it is known whose it is. */
export interface CallDraft {
  readonly latencyMs: number;
  readonly ending: "object" | "scalar" | "throw" | "plain" | "payload" | "flag" | "hang";
  readonly class: ErrorClass;
  /** Of what is thrown without a class. */
  readonly status: ThrownStatus | undefined;
  readonly retryAfterMs: number | undefined;
  readonly n: number;
  readonly key: string;
  readonly write: { readonly key: string; readonly value: JsonValue; readonly deletes: boolean } | undefined;
  readonly heedsAbort: boolean;
}

const draftParts = {
  latencyMs: fc.integer({ min: 0, max: 60 }),
  class: weighted<ErrorClass>(
    [5, "transient"],
    [3, "terminal"],
    [1, "not_found"],
    [1, "denied"],
    [1, "invalid"],
    [1, "timeout"],
    [1, "canceled"],
  ),
  status: seldom(
    40,
    fc.record({
      field: fc.constantFrom("status" as const, "statusCode" as const, "response" as const),
      value: fc.constantFrom(200, 400, 404, 408, 409, 425, 429, 500, 503),
    }),
  ),
  retryAfterMs: seldom(20, fc.constantFrom(7, 333)),
  n: fc.integer({ min: 0, max: 2 }),
  key: anyKey,
  write: seldom(60, fc.record({ key: anyKey, value: anyValue, deletes: weighted([5, false], [1, true]) })),
  heedsAbort: fc.boolean(),
};

/** One call of an ordinary tool. */
export const anyCall: fc.Arbitrary<CallDraft> = fc.record({
  ...draftParts,
  ending: weighted<CallDraft["ending"]>(
    [62, "object"],
    [8, "scalar"],
    [12, "throw"],
    [6, "plain"],
    [2, "payload"],
    [2, "flag"],
    [4, "hang"],
  ),
});

/** One call of the tool that undoes: it must end by itself. */
export const anyUndoCall: fc.Arbitrary<CallDraft> = fc.record({
  ...draftParts,
  write: fc.constant(undefined),
  ending: weighted<CallDraft["ending"]>(
    [24, "scalar"],
    [6, "throw"],
    [4, "plain"],
    [1, "payload"],
    [1, "flag"],
    [1, "hang"],
  ),
});

/**
 * The call with its own latency and output. Writes to keys outside `writable` are left out: what happens to them is
 * up to the tool.
 */
export function callOf(
  draft: CallDraft,
  at: { serial: number; id: string; writable: readonly string[]; isLarge?: boolean },
): ScriptedCall {
  const { latencyMs, write, heedsAbort } = draft;
  const isWritten = write !== undefined && at.writable.includes(write.key);
  const change = isWritten ? [write.deletes ? { key: write.key } : { key: write.key, value: write.value }] : [];
  return {
    latencyMs: latencyMs === 0 ? 0 : latencyMs + fractionOf(at.serial),
    outcome: outcomeOf(draft, at),
    writes: change,
    heedsAbort,
  };
}

function outcomeOf(draft: CallDraft, { id, isLarge = false }: { id: string; isLarge?: boolean }): ScriptedOutcome {
  const { n, key, retryAfterMs, status } = draft;
  switch (draft.ending) {
    case "object":
      return { kind: "output", value: { id, n, key, list: [n, "x"], ...(isLarge ? { text: "x".repeat(LARGE) } : {}) } };
    case "scalar":
      return { kind: "output", value: n };
    case "throw":
      return { kind: "throw", class: draft.class, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    case "plain":
      return { kind: "throw", ...(status === undefined ? {} : { status }) };
    case "payload":
      return { kind: "output", value: { error: n === 0 ? "broken" : { class: draft.class, message: "busy" } } };
    case "flag":
      return { kind: "output", value: { isError: true, content: [] } };
    case "hang":
      return { kind: "hang" };
  }
}
