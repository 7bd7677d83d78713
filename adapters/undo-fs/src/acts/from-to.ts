import { isWithin, type Place } from "../places.js";
import { refusal } from "../tool-failure.js";
import type { ActCall } from "./act.js";
import { present, requireFree, requireWithoutStore } from "./check.js";

/**
 * The places of a call that gives something a second path, or another one.
 * @throws `ToolError`: nothing is there, something is in the way, or it would lie in itself. Nothing was done.
 */
export function fromTo(call: ActCall): readonly [from: Place, to: Place] {
  const [from, to] = [call.place("from"), call.place("to")];
  present(from);
  requireWithoutStore(from, call.grounds);
  if (isWithin(from.absolute, to.absolute)) throw refusal("invalid", to.path, `lies in \`${from.path}\``);
  requireFree(to);
  return [from, to];
}

/** Both paths, below the root. */
export function fromToOutput(call: ActCall) {
  return { from: call.place("from").path, to: call.place("to").path };
}
