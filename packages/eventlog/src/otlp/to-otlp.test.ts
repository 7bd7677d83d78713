import { anyEventDraft, collectEvents, SAMPLE_SCOPES } from "@car/conformance/internal";
import { spanIdOf } from "@car/ir/internal";
import type { RunScope } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryEventLog } from "../memory/memory-event-log.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { collect, type EventFacts, sampleEvents } from "../testing/sample-log.js";
import { DENIED, ROLLED_BACK_RUN } from "../testing/sample-runs.js";
import type { OtlpAttribute, OtlpSpan, OtlpTraces } from "./otlp-types.js";
import { toOtlp } from "./to-otlp.js";

const [PARENT, CHILD] = SAMPLE_SCOPES as [RunScope, RunScope];

async function spansOf(facts: readonly EventFacts[]): Promise<readonly OtlpSpan[]> {
  return spansIn(await collect(toOtlp(await sampleEvents(facts))));
}

function spansIn(messages: readonly OtlpTraces[]): readonly OtlpSpan[] {
  return messages.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
}

function plain(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
}

/** The rules of OTLP/JSON: ids in hex, 64-bit integers as text, enumerations as numbers. */
function expectWellFormed(span: OtlpSpan): void {
  expect(span.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  for (const id of [span.spanId, span.parentSpanId ?? span.spanId]) expect(id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  for (const time of [span.startTimeUnixNano, span.endTimeUnixNano]) expect(time).toMatch(/^\d+$/);
  expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  expect([0, 1, 2]).toContain(span.status.code);
  for (const { key, value } of [...span.attributes, ...span.events.flatMap(({ attributes }) => attributes)]) {
    expect(key).not.toBe("");
    expect(Object.keys(value)).toHaveLength(1);
    if ("intValue" in value) expect(value.intValue).toMatch(/^-?\d+$/);
  }
  for (const { timeUnixNano } of span.events) expect(timeUnixNano).toMatch(/^\d+$/);
}

describe("toOtlp", () => {
  it("[EL-60] [7.2] a run, below it its actions, below them their attempts", async () => {
    const spans = await spansOf(ROLLED_BACK_RUN);
    const run = spanIdOf(PARENT, -1, 0);
    expect(spans.map(({ name, spanId, parentSpanId, status }) => [name, spanId, parentSpanId, status.code])).toEqual([
      ["proposal.execute", run, undefined, 2],
      ["action.tool_call", spanIdOf(PARENT, 0, 0), run, 1],
      ["action.tool_call", spanIdOf(PARENT, 1, 0), run, 2],
      ["action.state_write", spanIdOf(PARENT, 2, 0), run, 0],
      ["execute_tool http_get", spanIdOf(PARENT, 0, 1), spanIdOf(PARENT, 0, 0), 2],
      ["execute_tool http_get", spanIdOf(PARENT, 0, 2), spanIdOf(PARENT, 0, 0), 1],
    ]);
    for (const span of spans) expectWellFormed(span);
  });

  it("[EL-60] [7.2] a child run is below the attempt that started it", async () => {
    const spans = await spansOf([
      { kind: "action_executing", run: 0, action: "fetch", attempt: 2 },
      { kind: "proposal_received", run: 1, data: { parent_run_id: PARENT.run_id, parent_action_id: "fetch" } },
      { kind: "proposal_completed", run: 1, data: { status: "committed" } },
    ]);
    const child = spans.find(({ spanId }) => spanId === spanIdOf(CHILD, -1, 0));
    expect(child).toMatchObject({
      parentSpanId: spanIdOf(PARENT, 0, 2),
      traceId: PARENT.trace_id,
      status: { code: 1 },
    });
  });

  it("[EL-61] [7.2] times are those of the first and the last event", async () => {
    const [run, fetch, , , first] = await spansOf(ROLLED_BACK_RUN);
    const noon = 1_780_315_200_000;
    expect(run).toMatchObject({ startTimeUnixNano: `${noon}000000`, endTimeUnixNano: `${noon + 14}000000` });
    expect(fetch).toMatchObject({ startTimeUnixNano: `${noon + 2}000000`, endTimeUnixNano: `${noon + 7}000000` });
    expect(first).toMatchObject({ startTimeUnixNano: `${noon + 3}000000`, endTimeUnixNano: `${noon + 5}000000` });
  });

  it("[EL-61] [7.2] what has no end in the log is unset, and still ends", async () => {
    const spans = await spansOf(ROLLED_BACK_RUN.slice(0, 4));
    expect(spans.map(({ name, status }) => [name, status.code])).toEqual([
      ["proposal.execute", 0],
      ["action.tool_call", 0],
      ["execute_tool http_get", 0],
    ]);
    for (const span of spans) expectWellFormed(span);
  });

  it.each([
    ["committed", 1],
    ["suspended", 0],
    ["rejected", 2],
    ["canceled", 2],
  ])("[EL-61] [7.2] a run that is %s has status %s", async (status, code) => {
    const [run] = await spansOf([{ kind: "proposal_completed", run: 0, data: { status } }]);
    expect(run?.status.code).toBe(code);
  });

  it("[EL-61] [7.2] any events give well-formed spans with one root for each run", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEventDraft, { maxLength: 30 }), async (drafts) => {
        const log = memoryEventLog({ sha256: nodeSha256 });
        const sorted = drafts.toSorted((left, right) => left.time - right.time);
        for (const draft of sorted) log.append(draft);
        const messages = await collect(toOtlp(await collectEvents(log)));
        for (const message of messages) {
          const spans = spansIn([message]);
          const ids = new Set(spans.map(({ spanId }) => spanId));
          for (const span of spans) expectWellFormed(span);
          expect(ids.size).toBe(spans.length);
          expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
          expect(spans.every(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId))).toBe(true);
        }
      }),
      { numRuns: 50 },
    ));

  it("[EL-62] [7.2] an attempt at a tool call has the attributes of the GenAI conventions", async () => {
    const attempt = (await spansOf(ROLLED_BACK_RUN)).at(-2);
    expect(plain(attempt?.attributes ?? [])).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "http_get",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": "fetch",
      "car.attempt": "1",
      "car.reason.code": "timeout",
      "error.type": "timeout",
    });
  });

  it("[EL-62] an attempt at a state action is no tool call", async () => {
    const facts: EventFacts[] = [
      ...ROLLED_BACK_RUN.slice(0, 1),
      { kind: "action_succeeded", run: 0, action: "tell_them", attempt: 1 },
    ];
    expect((await spansOf(facts)).at(-1)).toMatchObject({ name: "attempt", status: { code: 1 } });
  });

  it("[EL-63] [7.4] reasons and rules are told, payloads are not", async () => {
    const messages = await collect(toOtlp(await sampleEvents(ROLLED_BACK_RUN), { serviceName: "shop" }));
    expect(JSON.stringify(messages)).not.toContain("hunter2");
    expect(plain(messages[0]?.resourceSpans[0]?.resource.attributes ?? [])).toEqual({ "service.name": "shop" });
    const [run, , denied] = spansIn(messages);
    expect(run?.status).toEqual({ code: 2, message: DENIED.message });
    expect(denied?.events.map(({ name }) => name)).toEqual(["policy_decided", "action_rejected"]);
    expect(denied?.events[0]?.attributes.at(-1)).toEqual({
      key: "car.policies",
      value: { arrayValue: { values: [{ stringValue: "deny_tool:post" }] } },
    });
  });

  it("[EL-60] what follows a run's end does not begin it again, events of no run are left out", async () => {
    const facts: EventFacts[] = [
      ...ROLLED_BACK_RUN,
      { kind: "late_result_dropped", run: 0, action: "fetch", attempt: 1 },
      { kind: "config_changed" },
    ];
    expect(await collect(toOtlp(await sampleEvents(facts)))).toHaveLength(1);
  });
});
