import type { RunScope } from "../ports/event-log.js";

/** Attempts that have a number of their own in a span id; further ones share the last. */
const MAX_ATTEMPT = 1_023;

/**
 * The W3C span id, 16 hex characters, of a run (`action` -1), of one of its actions (`attempt` 0), or of one attempt.
 * The first half is the run's prefix, so it is never all zero and never that of another run of the trace.
 */
export function spanIdOf(scope: Pick<RunScope, "span_prefix">, action: number, attempt: number): string {
  const suffix = (action + 1) * (MAX_ATTEMPT + 1) + Math.min(attempt, MAX_ATTEMPT);
  return scope.span_prefix + (suffix >>> 0).toString(16).padStart(8, "0");
}

/** The W3C `traceparent` of an attempt, sampled. */
export function traceparentOf(
  scope: Pick<RunScope, "span_prefix" | "trace_id">,
  action: number,
  attempt: number,
): string {
  return `00-${scope.trace_id}-${spanIdOf(scope, action, attempt)}-01`;
}

/** The span that contains this one: an attempt's action, an action's run; nothing for a run. */
export function parentSpanOf(spanId: string): string | undefined {
  const scope = { span_prefix: spanId.slice(0, 8) };
  const suffix = Number.parseInt(spanId.slice(8), 16);
  if (suffix === 0) return undefined;
  const action = Math.floor(suffix / (MAX_ATTEMPT + 1)) - 1;
  return spanIdOf(scope, suffix % (MAX_ATTEMPT + 1) === 0 ? -1 : action, 0);
}
