import type { CarEvent } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import { policiesOf, reasonOf } from "../payload/payload-facts.js";
import { type AttributeValue, attributesOf } from "./attributes.js";
import type { OtlpSpan, OtlpSpanEvent, OtlpStatusCode } from "./otlp-types.js";

/** What is known of a span when it begins. */
export interface SpanStart {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
}

/** A span that events are still added to. It ends with its ending event, or else with the last one it was told of. */
export class SpanDraft {
  readonly spanId: string;
  readonly attributes: Record<string, AttributeValue> = {};
  private readonly start: SpanStart;
  private readonly first: CarEvent;
  private readonly events: OtlpSpanEvent[] = [];
  private last: string;
  private status: OtlpSpan["status"] = { code: 0 };

  constructor(start: SpanStart, first: CarEvent) {
    this.spanId = start.spanId;
    this.start = start;
    this.first = first;
    this.last = first.timestamp;
  }

  /** Adds an event that happened during the span. */
  add(event: CarEvent): void {
    const reason = reasonOf(event);
    const policies = policiesOf(event);
    this.last = event.timestamp;
    this.events.push({
      timeUnixNano: unixNano(event.timestamp),
      name: event.kind,
      attributes: attributesOf({
        "car.seq": event.seq,
        "car.reason.code": reason?.code,
        "car.policies": policies.length === 0 ? undefined : policies,
      }),
    });
  }

  /** Makes the span last until an event that is told elsewhere. */
  extendTo(event: CarEvent): void {
    this.last = event.timestamp;
  }

  /** Sets how the span ended. A later end, of a later attempt, wins. */
  end(code: OtlpStatusCode, event: CarEvent): void {
    const reason = reasonOf(event);
    this.last = event.timestamp;
    this.status = code === 2 && reason !== undefined ? { code, message: reason.message } : { code };
    if (reason === undefined) return;
    this.attributes["car.reason.code"] = reason.code;
    if (code === 2) this.attributes["error.type"] = reason.class ?? reason.code;
  }

  /** The span as it stands. */
  toOtlp(): OtlpSpan {
    const { spanId, parentSpanId, name } = this.start;
    return {
      traceId: this.first.trace_id,
      spanId,
      ...(parentSpanId !== undefined && { parentSpanId }),
      name,
      kind: 1,
      startTimeUnixNano: unixNano(this.first.timestamp),
      endTimeUnixNano: unixNano(this.last),
      attributes: attributesOf(this.attributes),
      events: this.events,
      status: this.status,
    };
  }
}

function unixNano(timestamp: string): string {
  const ms = epochMsOf(timestamp);
  return ms > 0 ? `${ms}000000` : "0";
}
