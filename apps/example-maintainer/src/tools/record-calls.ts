import type { Tool } from "@car/ir/ports";

/** One call that really reached a tool's code. Times are in milliseconds of `performance.now()`. */
export interface RecordedCall {
  readonly tool: string;
  readonly actionId: string;
  readonly startedAt: number;
  endedAt: number | undefined;
}

/** Every call since the last `clear`, in order of start. */
export interface CallRecord {
  readonly calls: readonly RecordedCall[];
  clear(): void;
}

/**
 * The same tools, each call noted where it happens: outside the runtime, so that what the story claims about the
 * runtime is not the runtime's own word.
 */
export function recordCalls(tools: readonly Tool[]): { readonly tools: readonly Tool[]; readonly record: CallRecord } {
  const calls: RecordedCall[] = [];
  const recorded = tools.map((tool): Tool => ({ ...tool, ...recordedExecute(tool, calls) }));
  return { tools: recorded, record: { calls, clear: () => void calls.splice(0) } };
}

function recordedExecute({ schema, execute }: Tool, calls: RecordedCall[]): Pick<Tool, "execute"> {
  if (execute === undefined) return {};
  return {
    execute: async (parameters, context) => {
      const call: RecordedCall = {
        tool: schema.name,
        actionId: context.actionId,
        startedAt: performance.now(),
        endedAt: undefined,
      };
      calls.push(call);
      try {
        return await execute(parameters, context);
      } finally {
        call.endedAt = performance.now();
      }
    },
  };
}
