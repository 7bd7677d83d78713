import { type CarEvent, jsonOfEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { textAt } from "../payload/payload-facts.js";
import { attributesOf } from "./attributes.js";
import type { OtlpTraces } from "./otlp-types.js";
import { RunSpans } from "./run-spans.js";

/** How the exported traces name their origin. */
export interface OtlpOptions {
  /** `service.name` of the resource. Default `car`. */
  readonly serviceName?: string;
}

/**
 * The log's runs as OTLP/JSON traces, one message per run in the order of their ends; runs without an end come last,
 * their open spans ended at their last event with status unset. Holds the runs that are open.
 * Events that belong to no run are left out. Payloads are not exported, only ids, kinds, reason codes and messages.
 */
export async function* toOtlp(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: OtlpOptions = {},
): AsyncGenerator<OtlpTraces> {
  assertKnownOptions(options, ["serviceName"], "toOtlp");
  const { serviceName = "car" } = options;
  const open = new Map<string, RunSpans>();
  for await (const event of events) {
    const run = runOf(event, open);
    if (event.run_id === undefined || run === undefined) continue;
    run.add(event);
    if (event.kind !== "proposal_completed") continue;
    open.delete(event.run_id);
    yield message(run, serviceName);
  }
  for (const run of open.values()) yield message(run, serviceName);
}

function runOf(event: CarEvent, open: Map<string, RunSpans>): RunSpans | undefined {
  if (event.run_id === undefined) return undefined;
  const known = open.get(event.run_id);
  // A tool may answer long after its run has ended; that must not begin the run again.
  if (known !== undefined || event.kind === "late_result_dropped") return known;
  const data = jsonOfEvent(event);
  const parent = open.get(textAt(data, "parent_run_id") ?? "");
  const run = new RunSpans(event, parent?.currentSpanId(textAt(data, "parent_action_id") ?? ""));
  open.set(event.run_id, run);
  return run;
}

function message(run: RunSpans, serviceName: string): OtlpTraces {
  const resource = { attributes: attributesOf({ "service.name": serviceName }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "@car/eventlog" }, spans: run.toOtlp() }] }] };
}
