import { CarError, DEFAULT_LIMITS, type JsonObject, type JsonValue, RecordingInvalidError, ToolError } from "@car/ir";
import { assertKnownOptions, copyJson } from "@car/ir/internal";
import type { Executor, ExecutorCall, Tool, ToolContext } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import { type RecordedCall, type RecordedCallError, sealRecording, type ToolRecording } from "./tool-recording.js";

/** What of a call's parameters may be kept. Give the same function to both sides. */
export type RedactParameters = (tool: string, parameters: JsonObject) => JsonObject;

/** How calls are recorded. */
export interface RecordOptions {
  readonly redact?: RedactParameters;
}

/** An executor that is live and remembers. */
export interface RecordedExecutor {
  /** Give it to a runtime, or to one `execute`. */
  readonly executor: Executor;
  /**
   * What has been called so far.
   * @throws `RecordingInvalidError` when something is not JSON and so could not be kept.
   */
  recording(): ToolRecording;
}

/** Makes the calls, through tools' own code or another executor, and records them with what came of them. */
export function recordExecutor(live: Executor | readonly Tool[], options: RecordOptions = {}): RecordedExecutor {
  assertKnownOptions(options, ["redact"], "recordExecutor");
  const { redact } = options;
  const execute = typeof live === "function" ? live : executorOf(live);
  const calls: CallRecord[] = [];
  return {
    executor(call) {
      const record = new CallRecord(call.tool, redact?.(call.tool, call.parameters) ?? call.parameters);
      calls.push(record);
      return record.follow(() => execute({ ...call, context: record.watched(call.context) }));
    },
    recording: () => sealRecording(calls.map((call) => call.finished())),
  };
}

function executorOf(tools: readonly Tool[]): Executor {
  const byName = new Map(tools.map((tool) => [tool.schema.name, tool]));
  return ({ tool: name, parameters, context }: ExecutorCall) => {
    const execute = byName.get(name)?.execute;
    if (execute === undefined) throw new ToolError(`tool \`${name}\` has no code to record`);
    return execute(parameters, context);
  };
}

class CallRecord {
  private call: { -readonly [K in keyof RecordedCall]: RecordedCall[K] };
  private problem: string | undefined = undefined;
  private readonly writes: { key: string; value?: JsonValue }[] = [];
  private readonly spent: { counter: string; amount: number }[] = [];

  constructor(tool: string, parameters: JsonObject) {
    this.call = { tool, parameters };
  }

  /** Records how the call ends, and lets it end so. */
  follow(call: () => unknown): unknown {
    try {
      const answer = call();
      if (!isThenable(answer)) return this.answered(answer);
      return Promise.resolve(answer).then(
        (value) => this.answered(value),
        (error: unknown) => this.threw(error),
      );
    } catch (error) {
      return this.threw(error);
    }
  }

  /** A context that notes what goes through it. All else is the call's own. */
  watched(context: ToolContext): ToolContext {
    const { writes, spent } = this;
    const state: ToolContext["state"] = {
      get: (key) => context.state.get(key),
      set: (key, value) => {
        context.state.set(key, value);
        writes.push({ key, value: copyJson(value, LIMITS) });
      },
      delete: (key) => {
        context.state.delete(key);
        writes.push({ key });
      },
    };
    const spend: ToolContext["spend"] = (counter, amount) => {
      context.spend(counter, amount);
      spent.push({ counter, amount });
    };
    return new Proxy(context, {
      get: (target, name) =>
        name === "state" ? state : name === "spend" ? spend : (Reflect.get(target, name, target) as unknown),
    });
  }

  finished(): RecordedCall {
    if (this.problem !== undefined) {
      const { tool } = this.call;
      throw new RecordingInvalidError(`an output of tool \`${tool}\` cannot be kept: ${this.problem}`);
    }
    const { writes, spent } = this;
    return {
      ...this.call,
      ...(writes.length === 0 ? {} : { writes: [...writes] }),
      ...(spent.length === 0 ? {} : { spent: [...spent] }),
    };
  }

  private answered(value: unknown): unknown {
    try {
      this.call.output = copyJson(value, LIMITS);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : "it is not JSON";
    }
    return value;
  }

  private threw(error: unknown): never {
    this.call.error = errorOf(error);
    throw error;
  }
}

const LIMITS = { maxDepth: DEFAULT_LIMITS.max_depth, maxBytes: Number.POSITIVE_INFINITY };

function errorOf(error: unknown): RecordedCallError {
  const message = error instanceof Error ? error.message || error.name : String(error);
  if (!CarError.isInstance(error)) return { message };
  const { class: name = "terminal", retryAfterMs: after } = error as Partial<ToolError>;
  return { message, class: name, ...(after === undefined ? {} : { retry_after_ms: after }) };
}
