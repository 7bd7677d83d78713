import { canonicalJson, type ErrorClass, type JsonObject, RecordingMissedError, ToolError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Executor, ToolContext } from "@car/ir/ports";
import { firstDifference } from "@car/ir/internal";
import type { RecordOptions } from "./record-executor.js";
import { checkRecording, type RecordedCall, type RecordedCallError } from "./tool-recording.js";

/**
 * Answers calls from a recording: the first call of a tool with some parameters gets what the first such call got, the
 * second the second. A call that was not recorded fails with `CAR_RECORDING_MISSED`, is not retried, and never goes live.
 * @param recording - as read from a file; `redact` must be what it was recorded with.
 * @throws `RecordingInvalidError` (`CAR_RECORDING_INVALID`).
 */
export function replayExecutor(recording: unknown, options: RecordOptions = {}): Executor {
  assertKnownOptions(options, ["redact"], "replayExecutor");
  const { redact } = options;
  const { calls } = checkRecording(recording);
  const byName = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const known = byName.get(nameOf(call.tool, call.parameters));
    if (known === undefined) byName.set(nameOf(call.tool, call.parameters), [call]);
    else known.push(call);
  }
  const used = new Map<string, number>();
  return ({ tool, parameters, context }) => {
    const asked = redact?.(tool, parameters) ?? parameters;
    const name = nameOf(tool, asked);
    const times = used.get(name) ?? 0;
    used.set(name, times + 1);
    const call = byName.get(name)?.[times];
    if (call !== undefined) return answer(call, context);
    throw new RecordingMissedError(tool, missedText(calls, { tool, parameters: asked, times }));
  };
}

function nameOf(tool: string, parameters: JsonObject): string {
  return canonicalJson([tool, parameters]);
}

function answer({ output, error, writes = [], spent = [] }: RecordedCall, context: ToolContext): unknown {
  for (const { key, value } of writes) {
    if (value === undefined) context.state.delete(key);
    else context.state.set(key, value);
  }
  for (const { counter, amount } of spent) context.spend(counter, amount);
  if (error !== undefined) throw thrown(error);
  return output === undefined ? untilAborted(context.signal) : output;
}

function thrown({ message, class: name, retry_after_ms: after }: RecordedCallError): Error {
  // Without a class it stays without one: what that means is the engine's to say.
  if (name === undefined) return new Error(message);
  return new ToolError(message, {
    class: name as ErrorClass,
    ...(after === undefined ? {} : { retryAfterMs: after }),
  });
}

/** A call that was never answered is not answered now, until it is given up. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

interface Missed {
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly times: number;
}

const MAX_TEXT = 300;

function missedText(calls: readonly RecordedCall[], { tool, parameters, times }: Missed): string {
  const call = clip(`\`${tool}\` with ${canonicalJson(parameters)}`);
  if (times > 0 && calls.some((each) => nameOf(each.tool, each.parameters) === nameOf(tool, parameters))) {
    return `the recording has fewer calls of ${call}: this is number ${times + 1}`;
  }
  const nearest = nearestOf(calls, tool, parameters);
  if (nearest === undefined) return `the recording has no call of tool \`${tool}\`: ${call}`;
  const where = firstDifference(nearest.parameters, parameters)?.path ?? "";
  return `the recording has no call of ${call}; the nearest has ${clip(canonicalJson(nearest.parameters))}, different at \`${where}\``;
}

function nearestOf(calls: readonly RecordedCall[], tool: string, parameters: JsonObject): RecordedCall | undefined {
  const distance = ({ parameters: other }: RecordedCall): number =>
    [...new Set([...Object.keys(parameters), ...Object.keys(other)])].filter(
      (key) => firstDifference(parameters[key], other[key]) !== undefined,
    ).length;
  const same = calls.filter((call) => call.tool === tool).map((call) => ({ call, far: distance(call) }));
  return same.sort((left, right) => left.far - right.far)[0]?.call;
}

function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
}
