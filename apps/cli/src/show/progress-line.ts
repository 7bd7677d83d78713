import type { LiveEvent } from "@car/ir";
import type { Output } from "../io/output.js";
import { short } from "./marks.js";

const ENDS: ReadonlySet<string> = new Set(["action_succeeded", "action_failed", "action_rejected", "action_skipped"]);
const WIDTH = 78;

/** One line on a terminal that tells how far a run is; `stop` removes it. */
export function progressLine(
  total: number,
  output: Output,
): { readonly see: (event: LiveEvent) => void; readonly stop: () => void } {
  const running = new Set<string>();
  const ended = new Set<string>();
  if (!output.interactive) return { see: () => undefined, stop: () => undefined };
  return {
    see({ kind, action_id }) {
      if (action_id === undefined) return;
      if (kind === "action_executing") running.add(action_id);
      if (ENDS.has(kind)) {
        running.delete(action_id);
        ended.add(action_id);
      }
      output.progress(short(`${ended.size}/${total} actions ${[...running].join(", ")}`, WIDTH));
    },
    stop: () => output.progress(""),
  };
}
