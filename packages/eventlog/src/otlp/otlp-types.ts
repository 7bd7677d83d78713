/** A value of an attribute in OTLP/JSON. Integers of 64 bits are text there. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } };

/** An attribute of a span, an event or a resource. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

/** Something that happened during a span. */
export interface OtlpSpanEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly OtlpAttribute[];
}

/** `STATUS_CODE_UNSET`, `STATUS_CODE_OK`, `STATUS_CODE_ERROR`. */
export type OtlpStatusCode = 0 | 1 | 2;

/** A span in OTLP/JSON: ids in hex, times in nanoseconds since the epoch, as text. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for the root of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  /** `SPAN_KIND_INTERNAL`. */
  readonly kind: 1;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly events: readonly OtlpSpanEvent[];
  readonly status: { readonly code: OtlpStatusCode; readonly message?: string };
}

/** The body of an OTLP/HTTP request to `/v1/traces`; one line of a collector's trace file. */
export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly OtlpSpan[];
    }[];
  }[];
}
