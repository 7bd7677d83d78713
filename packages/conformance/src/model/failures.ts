import type { ErrorClass, JsonObject, JsonValue, Reversibility, ToolSchema } from "@car/ir";
import type { ActionRun, Doing, Failure } from "./action-run.js";
import { fits } from "./fits.js";
import type { ScriptedOutcome, ThrownStatus } from "./world.js";

/** Whom a call is made of: what the host says about the tool, and how far the call can be undone. */
export interface Callee {
  readonly tool: ToolSchema;
  /** The worse of what the host and the action say. */
  readonly reversibility: Reversibility;
}

/** Whom an action that has passed validation calls. */
export function calleeOf({ planned: { tool, reversibility, action } }: ActionRun): Callee {
  if (tool === undefined) throw new TypeError(`action \`${action.id}\` has no known tool`);
  return { tool, reversibility };
}

/** Adds what one call may have done to what is known of its action: the worst of all attempts counts. */
export function noteDoing(action: ActionRun, doing: Doing): void {
  const scale: readonly Doing[] = ["nothing", "unknown", "acted"];
  if (scale.indexOf(doing) > scale.indexOf(action.doing)) action.doing = doing;
}

/** Classes with which a tool says that it has done nothing. */
const DEFINITE: readonly ErrorClass[] = ["invalid", "denied", "not_found", "transient"];

/** How a call that has ended so has failed; nothing when it has not. */
export function failureOf(callee: Callee, outcome: ScriptedOutcome): Failure | undefined {
  if (outcome.kind === "throw") return thrown(callee, outcome);
  const output = outcome.kind === "output" ? outcome.value : null;
  const reported = errorClassOf(output);
  if (reported !== undefined) return { code: "failed", class: reported, thrown: false, doing: doingWhenTold(callee) };
  const { returns } = callee.tool;
  if (returns === undefined || fits(output, returns)) return undefined;
  return { code: "invalid_output", class: "terminal", thrown: false, doing: doingOutside(callee, "acted") };
}

/** The failure of a call whose time is up. The tool has told nothing, so the host's word about what it tells is no help. */
export function timeoutOf(callee: Callee): Failure {
  return { code: "timeout", class: "timeout", thrown: false, doing: doingOutside(callee, "unknown") };
}

/** What a call may have done that the tool itself tells to have failed, by whatever but a definite class. */
export function doingWhenTold(callee: Callee): Doing {
  return callee.tool.failures === "definite" ? "nothing" : doingOutside(callee, "unknown");
}

/** What is left outside the state: nothing where nothing ever is. */
export function doingOutside({ reversibility }: Callee, doing: Doing): Doing {
  return reversibility === "reversible" ? "nothing" : doing;
}

/** Whether a call that failed may be made again without knowing whether it has acted: by the host's word only. */
export function mayRepeat({ tool, reversibility }: Callee, { doing }: Failure): boolean {
  return doing === "nothing" || tool.idempotent || reversibility === "reversible";
}

function thrown(callee: Callee, outcome: Extract<ScriptedOutcome, { kind: "throw" }>): Failure {
  const { class: told, retryAfterMs, status } = outcome;
  const isDefinite = told !== undefined && DEFINITE.includes(told);
  return {
    code: "failed",
    class: told ?? classOfStatus(status),
    thrown: true,
    doing: isDefinite ? "nothing" : doingWhenTold(callee),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** The class of what is thrown without one. */
function classOfStatus(status: ThrownStatus | undefined): ErrorClass {
  if (status === undefined || [408, 425, 429].includes(status.value)) return "transient";
  return status.value >= 400 && status.value < 500 ? "terminal" : "transient";
}

/** The class of an output that is a failure in disguise: `{error}` alone, or the `isError` flag. */
function errorClassOf(output: JsonValue): ErrorClass | undefined {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return undefined;
  const object = output as JsonObject;
  if (object["isError"] === true) return "terminal";
  if (Object.keys(object).join() !== "error") return undefined;
  const error = object["error"];
  const carried = typeof error === "object" && error !== null ? (error as JsonObject)["class"] : undefined;
  return (carried as ErrorClass | undefined) ?? "terminal";
}
