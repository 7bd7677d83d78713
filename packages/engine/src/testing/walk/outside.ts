import { ToolError, type JsonObject, type ToolSchemaInput } from "@car/ir";
import type { ProbeAnswer, ProbeContext, Tool, ToolContext } from "@car/ir/ports";
import type { Attempt } from "../../dispatch/attempt.js";
import { CallContext } from "../../dispatch/call-context.js";
import { isExternal } from "../../dispatch/external.js";
import type { Run } from "../../run/run.js";
import type { Slot } from "../../run/slot.js";

/** How a call can end. */
export type Ending =
  | "answer"
  | "refuse"
  | "refuse_transient"
  | "throw"
  | "throw_status"
  | "throw_odd"
  | "report"
  | "bad_output"
  | "terminal";

/** What a tool does on being called, and when it is told to stop. */
export interface Script {
  /** `later`: somebody ends the call; else it ends at once. */
  readonly at: Ending | "later";
  /** Whether a call that does not answer had done its work all the same, and whether it does that at once. */
  readonly acts: "at_once" | "in_the_end" | "never";
  readonly heeds: boolean;
  /** What it does to its own run while it is called. */
  readonly mischief?: "abort" | "revoke" | "spend" | undefined;
}

/** One call, as the world outside knows it. */
export interface SeenCall {
  /** From 0, in the order of calling. */
  readonly number: number;
  readonly attempt: Attempt;
  readonly context: ToolContext;
  readonly run: Run;
  readonly slot: Slot;
  readonly tool: string;
  readonly key: string;
  readonly isUndo: boolean;
  readonly isExternal: boolean;
  readonly script: Script;
  /** It has done something. */
  hasActed: boolean;
  /** How many calls had been made when it did. */
  actedAfter: number;
  /** What it said last; `undefined` while it says nothing. */
  ending: Ending | "stopped" | undefined;
  /** Nobody heard it. */
  isLate: boolean;
  readonly settle: { resolve: (answer: unknown) => void; reject: (error: unknown) => void };
}

const COMPENSATED: Partial<ToolSchemaInput> = { reversibility: "compensable" };

function mendedFrom({ verify }: { readonly verify: boolean }): Partial<ToolSchemaInput> {
  const before = { tool: "peek", parameters: { n: "$parameters.n" }, verify };
  return { before, compensation: { tool: "mend", parameters: { was: "$before" } } };
}

/** Tools of every kind that the engine tells apart. */
const SCHEMAS: readonly ToolSchemaInput[] = [
  { name: "read", reversibility: "reversible" },
  { name: "kept", reversibility: "reversible", cache_ttl_secs: 1 },
  { name: "pay" },
  { name: "put", idempotent: true },
  { name: "sure", failures: "definite" },
  { name: "one", max_concurrency: 1 },
  { name: "few", reversibility: "reversible", max_concurrency: 1 },
  { name: "rare", rate_limit: { max_calls: 1, interval_secs: 0.1 } },
  { name: "book", ...COMPENSATED, compensation: { tool: "unbook", parameters: { id: "$output.id" } } },
  { name: "hold", ...COMPENSATED, compensation: { tool: "free", parameters: { n: "$parameters.n" } } },
  { name: "agent", reversibility: "reversible" },
  { name: "edit", ...COMPENSATED, ...mendedFrom({ verify: true }) },
  { name: "draft", ...COMPENSATED, ...mendedFrom({ verify: false }), before_required: false },
  { name: "trace" },
  { name: "peek", reversibility: "reversible" },
  { name: "mend", reversibility: "reversible" },
  { name: "unbook", reversibility: "reversible" },
  { name: "free", rate_limit: { max_calls: 1, interval_secs: 0.02 } },
  { name: "sms" },
];

/** The world outside of one walk, across the ends of processes: what it knows is what has happened. */
export class Outside {
  readonly calls: SeenCall[] = [];
  readonly problems: string[] = [];
  private readonly scripts: readonly Script[];
  private made = 0;
  /** What the tools of this process may do to it. */
  mischief: (kind: NonNullable<Script["mischief"]>, call: SeenCall) => void = () => undefined;
  private process = 0;

  constructor(scripts: readonly Script[]) {
    this.scripts = scripts;
  }

  /** Calls of this process never come back, and it makes no others. */
  endProcess(): void {
    this.process++;
  }

  /** The tools of this process. */
  tools(): readonly Tool[] {
    const { process } = this;
    return SCHEMAS.map((schema) => ({
      schema,
      ...(schema.name === "sms" ? { reserve: { usd: 1 } } : {}),
      ...(schema.name === "trace" ? { probe: (_: JsonObject, context: ProbeContext) => this.probed(context) } : {}),
      execute: (parameters, context) =>
        process === this.process ? this.called(schema, parameters, context) : new Promise(() => undefined),
    }));
  }

  /** Calls of this process that have said nothing yet. */
  open(): readonly SeenCall[] {
    return this.calls.filter((call) => call.ending === undefined && this.isOfThisProcess(call));
  }

  private probes = 0;

  /** What is known of a call, and true; sometimes nothing is, and sometimes it takes a moment. */
  private probed({ idempotencyKey, attempt: number }: ProbeContext): ProbeAnswer | Promise<ProbeAnswer> {
    const call = this.calls.find(({ key, attempt }) => key === idempotencyKey && attempt.number === number);
    const nth = this.probes++;
    let answer: ProbeAnswer = { happened: false };
    if (call?.hasActed === true) answer = { happened: true, output: { id: "it" } };
    // It may act yet.
    else if (call !== undefined && call.ending === undefined && this.isOfThisProcess(call)) answer = undefined;
    return nth % 2 === 0 ? answer : Promise.resolve(nth % 3 === 0 ? undefined : answer);
  }

  private isOfThisProcess({ attempt }: SeenCall): boolean {
    return this.processOf.get(attempt) === this.process;
  }

  private readonly processOf = new WeakMap<Attempt, number>();

  private called(schema: ToolSchemaInput, _parameters: JsonObject, context: ToolContext): unknown {
    const attempt = CallContext.attemptOf(context);
    const { run, slot } = attempt;
    const script = this.scripts[this.made++ % this.scripts.length]!;
    let settle!: SeenCall["settle"];
    const answer = new Promise((resolve, reject) => (settle = { resolve, reject }));
    const call: SeenCall = {
      number: this.calls.length,
      ...{ attempt, context, run, slot, tool: schema.name, key: context.idempotencyKey, script, settle },
      isUndo: slot.errand?.kind === "compensation" || slot.errand?.kind === "undo",
      isExternal: isExternal(run, slot),
      hasActed: script.acts === "at_once",
      actedAfter: this.calls.length + 1,
      ending: undefined,
      isLate: false,
    };
    this.processOf.set(attempt, this.process);
    this.calls.push(call);
    this.problems.push(...problemsAt(call, this.calls));
    if (script.heeds) context.signal.addEventListener("abort", () => this.stop(call), { once: true });
    if (script.mischief !== undefined) this.mischief(script.mischief, call);
    if (script.at === "later") return answer;
    answer.catch(() => undefined);
    return this.atOnce(call, script.at);
  }

  /** A call is answered now. What it says is true. */
  end(call: SeenCall, wanted: Ending): void {
    if (call.ending !== undefined) return;
    const ending = honest(call, wanted);
    this.act(call, ending);
    try {
      call.settle.resolve(say(ending));
    } catch (error) {
      call.settle.reject(error);
    }
  }

  private atOnce(call: SeenCall, wanted: Ending): unknown {
    const ending = honest(call, wanted);
    this.act(call, ending);
    return say(ending);
  }

  private stop(call: SeenCall): void {
    if (call.ending !== undefined) return;
    call.ending = "stopped";
    if (call.tool === "sure" && call.hasActed) return call.settle.resolve(say("answer"));
    call.settle.reject(new Error("stopped"));
  }

  private act(call: SeenCall, ending: Ending): void {
    call.ending = ending;
    call.isLate = call.attempt.isOver;
    const acts = call.script.acts !== "never" && call.tool !== "sure";
    if (call.hasActed) return;
    call.hasActed = ending === "answer" || ending === "bad_output" || (acts && !ending.startsWith("refuse"));
    call.actedAfter = this.calls.length;
  }
}

/** A tool that has acted does not say that it has not. */
function honest({ hasActed, tool }: SeenCall, wanted: Ending): Ending {
  if (!hasActed) return wanted;
  const denies = wanted.startsWith("refuse") || (tool === "sure" && wanted !== "bad_output");
  return denies ? "answer" : wanted;
}

function say(ending: Ending): unknown {
  switch (ending) {
    case "answer":
      return { id: "it" };
    case "refuse":
      throw new ToolError("no", { class: "invalid" });
    case "refuse_transient":
      throw new ToolError("busy", { class: "transient" });
    case "terminal":
      throw new ToolError("broken", { class: "terminal" });
    case "throw":
      throw new Error("connection reset");
    case "throw_status":
      throw Object.assign(new Error("bad request"), { status: 400 });
    case "throw_odd":
      throw new Proxy(
        {},
        {
          get: () => {
            throw new Error("trap");
          },
          getPrototypeOf: () => {
            throw new Error("trap");
          },
        },
      );
    case "report":
      return { error: "it did not work" };
    case "bad_output":
      return { id: 10n };
  }
}

/** What may not be at the moment of a call. */
function problemsAt(
  { attempt, run, slot, isUndo, isExternal: acts, tool, key }: SeenCall,
  calls: readonly SeenCall[],
): string[] {
  const problems: string[] = [];
  const name = `${tool} for ${slot.action.id}`;
  if (isUndo) {
    if (!isUndoing(run)) problems.push(`${name} undoes something of a run that is ${run.phase}`);
  } else if (!run.isActive) problems.push(`${name} is called although its run is ${run.phase}`);
  // How a call left things is seen even then: it is undone next.
  else if (slot.errand?.kind === "after") return problems;
  else if (attempt.aborted || (run.stop !== undefined && run.stop.kind !== "budget"))
    problems.push(`${name} is called although its run is given up`);
  if (!isUndo && !isWanted(run)) problems.push(`${name} is called by a child of a call that is over`);
  const isRepeatable = !acts || slot.tool?.schema.idempotent === true;
  const before = calls.slice(0, -1).filter((each) => each.key === key && !isDefinite(each));
  if (before.length > 0 && !isRepeatable) problems.push(`${name} may have acted before, and is called again`);
  return problems;
}

/** What a call says when nothing has been done, so that it may be made again. A process that has ended heard nothing. */
function isDefinite({ ending, hasActed, tool, attempt }: SeenCall): boolean {
  if (hasActed) return false;
  // Its probe has said so.
  if (tool === "trace") return true;
  if (ending === undefined) return !attempt.isOver;
  return ending.startsWith("refuse") || (tool === "sure" && ending !== "answer" && ending !== "bad_output");
}

/** Every call above is still waited for; what a compensation starts is wanted as long as the compensation is. */
function isWanted({ request: { parent } }: Run): boolean {
  if (parent === undefined) return true;
  if (parent.slot.errand !== undefined) return !parent.isOver && isUndoing(parent.run);
  return !parent.isOver && parent.run.isActive && isWanted(parent.run);
}

/** A run is undone by itself, or with the one whose call had started it. */
function isUndoing(run: Run): boolean {
  if (run.phase === "settling") return true;
  return run.phase === "settled" && run.parent !== undefined && isUndoing(run.parent);
}
