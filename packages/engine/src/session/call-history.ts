import { canonicalJson, type JsonObject, type JsonValue } from "@car/ir";
import type { PolicyHistory } from "@car/ir/ports";

/** Different values of one parameter that are remembered. */
const MAX_VALUES = 10_000;
/** Tools that are counted by name. A further one is counted, and its succeeding is not. */
const MAX_TOOLS = 10_000;
const MAX_VALUE_CHARS = 1_024;

interface ToolCalls {
  calls: number;
  succeeded: number;
}

/** Values of one parameter; `undefined` once they are no longer all known. */
type Values = Set<string> | undefined;

/** What was called in a session, counted as it happens. Nothing is kept per call. */
export class CallHistory implements PolicyHistory {
  private readonly byTool = new Map<string, ToolCalls>();
  /** By tool and parameter, from when a rule first asked. */
  private readonly asked = new Map<string, Map<string, Values>>();

  tools(): Iterable<string> {
    return [...this.byTool].filter(([, { calls }]) => calls > 0).map(([tool]) => tool);
  }

  calls(tool: string): number {
    return this.byTool.get(tool)?.calls ?? 0;
  }

  succeeded(tool: string): number {
    return this.byTool.get(tool)?.succeeded ?? 0;
  }

  values(tool: string, param: string): ReadonlySet<string> | undefined {
    let params = this.asked.get(tool);
    if (params === undefined) this.asked.set(tool, (params = new Map<string, Values>()));
    // What was called before anybody asked is not known any more.
    if (!params.has(param)) params.set(param, this.calls(tool) === 0 ? new Set() : undefined);
    return params.get(param);
  }

  /** A call was let through. */
  begin(tool: string, parameters: JsonObject): void {
    let known = this.byTool.get(tool);
    if (known === undefined) {
      // Beyond the bound all share one name, so that no name is without its calls.
      if (this.byTool.size >= MAX_TOOLS) tool = [...this.byTool.keys()][0]!;
      known = this.byTool.get(tool) ?? { calls: 0, succeeded: 0 };
      this.byTool.set(tool, known);
    }
    known.calls++;
    for (const [param, values] of this.asked.get(tool) ?? []) {
      if (values === undefined) continue;
      const text = Object.hasOwn(parameters, param) ? shortText(parameters[param]!) : "null";
      if (text === undefined || values.size >= MAX_VALUES) this.asked.get(tool)!.set(param, undefined);
      else values.add(text);
    }
  }

  /** A call that was let through was not made after all. */
  withdraw(tool: string): void {
    const known = this.byTool.get(tool);
    if (known !== undefined && known.calls > 0) known.calls--;
  }

  /** A call succeeded. */
  succeed(tool: string): void {
    const known = this.byTool.get(tool);
    if (known !== undefined) known.succeeded++;
  }

  /** A success does not count any more: its run was rolled back. */
  takeBack(tool: string): void {
    const known = this.byTool.get(tool);
    if (known !== undefined && known.succeeded > 0) known.succeeded--;
  }
}

/** The history without the call that is asked about. */
export function historyWithout(history: CallHistory, tool: string): PolicyHistory {
  return {
    tools: () => [...history.tools()].filter((each) => each !== tool || history.calls(tool) > 1),
    calls: (each) => history.calls(each) - (each === tool ? 1 : 0),
    succeeded: (each) => history.succeeded(each),
    values: (each, param) => history.values(each, param),
  };
}

function shortText(value: JsonValue): string | undefined {
  const text = canonicalJson(value);
  return text.length > MAX_VALUE_CHARS ? undefined : text;
}
