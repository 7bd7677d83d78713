import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { Clock, Tool, ToolContext } from "@car/ir/ports";
import type { ModelCall } from "./outcome.js";
import type { ModelWorld, ScriptedCall, ThrownStatus } from "./world.js";

/** Tools that do what a world's script says, in the time of one clock. */
export interface ScriptedTools {
  readonly tools: readonly Tool[];
  /** Takes the calls made so far, in the order of calling; `at` is the clock's time. */
  takeCalls(): readonly ModelCall[];
}

/** Makes the tools of `world` work over `clock`, so that a runtime can be compared with `runModel`. */
export function scriptedTools({ tools, script }: ModelWorld, clock: Clock): ScriptedTools {
  let calls: ModelCall[] = [];
  let undone = 0;

  const nextCall = (tool: string, context: ToolContext): ScriptedCall | undefined => {
    if (!script.undoTools.includes(tool)) {
      const own = script.calls[context.actionId] ?? [];
      return own[Math.min(context.attempt, own.length) - 1];
    }
    undone += 1;
    return script.undoCalls[Math.min(undone, script.undoCalls.length) - 1];
  };

  const execute = (tool: string) => (parameters: JsonObject, context: ToolContext) => {
    const { actionId, attempt } = context;
    const name = script.undoTools.includes(tool) ? {} : { action_id: actionId };
    calls.push({ tool, ...name, attempt, parameters, at: clock.now() });
    const call = nextCall(tool, context);
    if (call === undefined) throw new TypeError(`the script says nothing about action \`${actionId}\``);
    return perform(call, { context, clock });
  };

  return {
    tools: tools.map((schema) => ({ schema, execute: execute(schema.name) })),
    takeCalls() {
      const taken = calls;
      calls = [];
      undone = 0;
      return taken;
    },
  };
}

interface Place {
  readonly context: ToolContext;
  readonly clock: Clock;
}

function perform(call: ScriptedCall, { context, clock }: Place): JsonValue | Promise<JsonValue> {
  const hangs = call.outcome.kind === "hang";
  if (call.latencyMs === 0 && !hangs) return finish(call, context);
  return new Promise((resolve, reject) => {
    const end = (): void => {
      try {
        resolve(finish(call, context));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const timer = hangs ? undefined : clock.setTimer(end, call.latencyMs);
    if (!call.heedsAbort) return;
    context.signal.addEventListener("abort", () => {
      timer?.cancel();
      reject(new Error("stopped by the signal"));
    });
  });
}

function finish({ writes, outcome }: ScriptedCall, { state }: ToolContext): JsonValue {
  for (const { key, value } of writes) {
    if (value === undefined) state.delete(key);
    else state.set(key, value);
  }
  if (outcome.kind === "output") return outcome.value;
  if (outcome.kind === "hang") throw new TypeError("a call that hangs does not end");
  const { class: errorClass, retryAfterMs, status } = outcome;
  if (errorClass === undefined) throw Object.assign(new Error("scripted failure"), statusFields(status));
  throw new ToolError("scripted failure", {
    class: errorClass,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function statusFields(status: ThrownStatus | undefined): object {
  if (status === undefined) return {};
  const { field, value } = status;
  return field === "response" ? { response: { status: value } } : { [field]: value };
}
