import type { ModelFallbackData } from "@car/ir";
import type { Clock, EventLog } from "@car/ir/ports";

/** An `onFallback` that writes a `model_fallback` event for each fallback. The run that asked is named in the event's `caller`. */
export function logFallbacks(
  log: Pick<EventLog, "append">,
  clock: Pick<Clock, "now">,
): (fallback: ModelFallbackData) => void {
  return (data) => {
    log.append({ kind: "model_fallback", time: clock.now(), action: -1, attempt: 0, data });
  };
}
