import { type EventKind, jsonOfEvent, type CarEvent, type JsonObject } from "@car/ir";
import { parentSpanOf } from "@car/ir/internal";
import { objectAt, objectsAt, textAt } from "../payload/payload-facts.js";
import type { OtlpSpan, OtlpStatusCode } from "./otlp-types.js";
import { SpanDraft } from "./span-draft.js";

/** How events that end an action, or an attempt, leave its span. */
const END_CODES: Readonly<Partial<Record<EventKind, OtlpStatusCode>>> = {
  action_succeeded: 1,
  action_failed: 2,
  action_rejected: 2,
  action_in_doubt: 2,
  // Not an error of this action: something else kept it from running.
  action_skipped: 0,
};

/** What happens to an action after it has ended is told by the run's span. */
const AFTERMATH: ReadonlySet<EventKind> = new Set<EventKind>([
  "compensation_started",
  "compensation_succeeded",
  "compensation_failed",
  "late_result_dropped",
  "undo_started",
  "undo_completed",
]);

function isAftermath(event: CarEvent): boolean {
  return AFTERMATH.has(event.kind) || (event.kind === "image_read" && textAt(jsonOfEvent(event), "when") === "undo");
}

interface AttemptPlace {
  readonly actionId: string;
  readonly parentSpanId: string;
}

/** The spans of one run: the run, below it its actions, below them their attempts. */
export class RunSpans {
  private readonly root: SpanDraft;
  private readonly actions = new Map<string, SpanDraft>();
  private readonly attempts = new Map<string, SpanDraft>();
  private readonly current = new Map<string, string>();
  private readonly declared = new Map<string, JsonObject>();

  /** `parentSpanId` is the span of the action that started this run, for a child. */
  constructor(first: CarEvent, parentSpanId: string | undefined) {
    const spanId = rootSpanOf(first.span_id);
    this.root = new SpanDraft({ spanId, parentSpanId, name: "proposal.execute" }, first);
    this.root.attributes["car.run.id"] = first.run_id;
    this.root.attributes["car.proposal.id"] = first.proposal_id;
  }

  /** Id of the span an action is in: that of its latest attempt, or its own before the first. */
  currentSpanId(actionId: string): string | undefined {
    return this.current.get(actionId);
  }

  add(event: CarEvent): void {
    if (event.action_id === undefined || isAftermath(event)) this.addToRoot(event);
    else this.addToAction(event, event.action_id);
  }

  /** All spans, the run's first, then actions and attempts in the order in which they began. */
  toOtlp(): readonly OtlpSpan[] {
    return [this.root, ...this.actions.values(), ...this.attempts.values()].map((span) => span.toOtlp());
  }

  private addToRoot(event: CarEvent): void {
    this.root.add(event);
    if (event.kind === "proposal_received") this.declare(jsonOfEvent(event));
    if (event.kind === "proposal_completed") this.complete(event);
  }

  private declare(data: JsonObject): void {
    this.root.attributes["car.proposal.hash"] = textAt(data, "proposal_hash");
    this.root.attributes["car.principal"] = textAt(data, "principal");
    for (const action of objectsAt(objectAt(data, "proposal") ?? {}, "actions")) {
      this.declared.set(textAt(action, "id") ?? "", action);
    }
  }

  private complete(event: CarEvent): void {
    const status = textAt(jsonOfEvent(event), "status");
    this.root.attributes["car.status"] = status;
    this.root.end(rootCode(status), event);
  }

  private addToAction(event: CarEvent, actionId: string): void {
    const action = this.actionSpan(event, actionId);
    const code = END_CODES[event.kind];
    if (event.attempt === undefined) {
      action.add(event);
    } else {
      this.addToAttempt(event, { actionId, parentSpanId: action.spanId });
      action.extendTo(event);
    }
    if (code !== undefined) action.end(code, event);
  }

  private addToAttempt(event: CarEvent, place: AttemptPlace): void {
    const attempt = this.attemptSpan(event, place);
    const code = END_CODES[event.kind];
    attempt.add(event);
    if (code !== undefined) attempt.end(code, event);
  }

  private actionSpan(event: CarEvent, actionId: string): SpanDraft {
    const known = this.actions.get(actionId);
    if (known !== undefined) return known;
    const type = textAt(this.declared.get(actionId) ?? {}, "type");
    const spanId = event.attempt === undefined ? event.span_id : (parentSpanOf(event.span_id) ?? event.span_id);
    const span = new SpanDraft({ spanId, parentSpanId: this.root.spanId, name: `action.${type ?? "unknown"}` }, event);
    span.attributes["car.action.id"] = actionId;
    span.attributes["car.action.type"] = type;
    this.actions.set(actionId, span);
    this.current.set(actionId, spanId);
    return span;
  }

  private attemptSpan(event: CarEvent, { actionId, parentSpanId }: AttemptPlace): SpanDraft {
    const known = this.attempts.get(event.span_id);
    if (known !== undefined) return known;
    const tool = textAt(this.declared.get(actionId) ?? {}, "tool");
    const name = tool === undefined ? "attempt" : `execute_tool ${tool}`;
    const span = new SpanDraft({ spanId: event.span_id, parentSpanId, name }, event);
    Object.assign(span.attributes, tool === undefined ? {} : toolAttributes(tool, actionId));
    span.attributes["car.attempt"] = event.attempt;
    this.attempts.set(event.span_id, span);
    this.current.set(actionId, event.span_id);
    return span;
  }
}

/** The names of the semantic conventions for generative AI. */
function toolAttributes(tool: string, actionId: string): Record<string, string> {
  return {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": tool,
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.id": actionId,
  };
}

function rootCode(status: string | undefined): OtlpStatusCode {
  if (status === "committed") return 1;
  return status === undefined || status === "suspended" ? 0 : 2;
}

function rootSpanOf(spanId: string): string {
  const parent = parentSpanOf(spanId);
  return parent === undefined ? spanId : rootSpanOf(parent);
}
