import type { BeforeImage, ImageReadData, JsonValue, Reason } from "@car/ir";
import { measureJson, NO_LABELS, readerProblem, resolveOutputTemplate } from "@car/ir/internal";
import { closeAttempt } from "../dispatch/call-tool.js";
import { type ErrandCall, errandFor, errandParameters, errandProblem } from "../errand/errand-call.js";
import { flowOf } from "../flow/flow-note.js";
import { type Outcome, skipped } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { waitFor } from "../run/wait.js";
import type { Reading } from "./image-note.js";

type When = ImageReadData["when"];

/** What reads the image of an action, if its tool has a reader. Nothing has one that is itself beside the plan. */
export function readerOf({ errand, tool }: Slot): BeforeImage | undefined {
  return errand === undefined ? tool?.schema.before : undefined;
}

/**
 * Reads what an action is about to change, or has just changed, within the time of a compensation. `next` is told once,
 * unless the action ends before.
 */
export function readInTime(run: Run, slot: Slot, when: "before" | "after", next: (reading: Reading) => void): void {
  const { call, slot: reader, outcome } = startReading(run, slot, when);
  const timeoutMs = run.config.limits.compensation_timeout_ms;
  const giveUp = (): void => dropReader(run, reader);
  // The reader itself may have given the run up.
  if (slot.phase === "done") return giveUp();
  waitFor(run, slot, { promise: outcome, timeoutMs, giveUp }, (end) => {
    const given = end.kind === "value" ? end.value : lateOutcome(call, timeoutMs);
    next(noteReading(run, slot, { when, call, reader, outcome: given }));
  });
}

/** The same of an action that has ended, or that an earlier process called: each attempt has its own time. Never rejects. */
export async function readNow(run: Run, slot: Slot, when: "after" | "undo"): Promise<Reading> {
  const { call, slot: reader, outcome } = startReading(run, slot, when);
  const given = await outcome;
  run.tick();
  return noteReading(run, slot, { when, call, reader, outcome: given });
}

interface Started {
  readonly call: ErrandCall;
  readonly slot: Slot;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
}

function startReading(run: Run, of: Slot, when: When): Started {
  const { tool, parameters } = readerOf(of)!;
  const call: ErrandCall = {
    tool: run.config.tools.get(tool),
    toolName: tool,
    parameters: resolveOutputTemplate(parameters, { output: undefined, parameters: of.parameters }),
    labels: run.flow?.inputLabels(of) ?? NO_LABELS,
  };
  let ended!: (outcome: Outcome) => void;
  const outcome = new Promise<Outcome>((resolve) => (ended = resolve));
  const slot = errandFor(of, call, { kind: when, isByModel: false, started: () => undefined, ended });
  const problem = readerProblem(tool, run.config.tools) ?? errandProblem(run, call);
  if (problem === undefined) {
    run.host.advance(run, slot);
  } else {
    run.board.end(slot, skipped(problem), run.elapsed);
    ended(skipped(problem));
  }
  return { call, slot, outcome };
}

function lateOutcome({ toolName }: ErrandCall, timeoutMs: number): Outcome {
  const message = `tool \`${toolName}\` did not read the image within ${timeoutMs} ms`;
  return skipped({ code: "timeout", message, class: "timeout" });
}

/** Nobody waits for the image any more. */
function dropReader(run: Run, reader: Slot): void {
  if (reader.phase === "done") return;
  const why = "nobody waits for the image any more";
  reader.attempt?.abort(why);
  if (reader.attempt !== undefined) closeAttempt(reader.attempt, "none");
  run.board.end(reader, skipped({ code: "canceled", message: why }), run.elapsed);
}

interface Read {
  readonly when: When;
  readonly call: ErrandCall;
  readonly reader: Slot;
  readonly outcome: Outcome;
}

/** Puts what a reader gave, or why it gave nothing, into the log. */
function noteReading(run: Run, of: Slot, { when, call, reader, outcome }: Read): Reading {
  const reading = readingOf(run, reader, outcome);
  const data = { when, tool: call.toolName, parameters: errandParameters(call) };
  if ("reason" in reading) {
    run.record("image_read", of, { ...data, reason: reading.reason });
    return reading;
  }
  const { value: output, labels } = reading.image;
  run.record("image_read", of, { ...data, output, ...(labels.length === 0 ? {} : { labels }) });
  return reading;
}

function readingOf(run: Run, reader: Slot, outcome: Outcome): Reading {
  if (outcome.status !== "succeeded") return { reason: outcome.reason };
  const excess = imageExcess(run, outcome.output);
  if (excess !== undefined) return { reason: excess };
  return { image: { value: outcome.output, labels: flowOf(reader).labels } };
}

function imageExcess({ config: { limits } }: Run, image: JsonValue): Reason | undefined {
  const bounds = { maxDepth: limits.max_depth, maxBytes: limits.max_image_bytes };
  if (typeof measureJson(image, bounds) === "number") return undefined;
  const message = `the image is larger than ${limits.max_image_bytes} bytes, or nested deeper than ${limits.max_depth} levels`;
  return { code: "invalid_output", message, limit: "max_image_bytes" };
}
