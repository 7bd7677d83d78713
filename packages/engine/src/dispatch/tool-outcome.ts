import { CarError, type ErrorClass, type JsonValue, type ReasonCode } from "@car/ir";
import { copyJson } from "@car/ir/internal";
import { labelOutput } from "../flow/output-labels.js";
import { failed, type Outcome, type SideEffect, Success } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { messageOf, plainText } from "../run/thrown.js";
import { RecordedFailure } from "./recorded-failure.js";

const CLASSES: ReadonlySet<unknown> = new Set([
  "invalid",
  "denied",
  "not_found",
  "transient",
  "terminal",
  "timeout",
  "canceled",
]);

/** Classes by which a `ToolError` says that nothing was done. */
const DEFINITE: ReadonlySet<ErrorClass> = new Set<ErrorClass>(["invalid", "denied", "not_found", "transient"]);

/** Of what was answered and is refused: the call has acted, whatever it says. */
const ACTED: SideEffect = "acted";

/** What a tool's answer means: its output, copied and checked, or the failure that it reports. Never throws. */
export function outcomeOfAnswer(run: Run, slot: Slot, answer: unknown): Outcome {
  try {
    return outcomeOfOutput(run, slot, copyJson(answer, run.config.outputLimits));
  } catch (error) {
    const message = `the output is not usable: ${messageOf(error)}`;
    return failed({ code: "invalid_output", message, class: "terminal" }, "terminal", undefined, ACTED);
  }
}

/** Throws what the host's own code throws: a compiled schema may be one of its making. */
function outcomeOfOutput(run: Run, slot: Slot, output: JsonValue): Outcome {
  const failure = typeof output === "object" && output !== null ? reportedFailure(slot, output) : undefined;
  if (failure !== undefined) return failure;
  const problems = slot.tool?.returns?.check(output);
  if (problems === undefined || problems.length === 0) {
    return labelOutput(run, slot, output) ?? new Success(output);
  }
  const reason = {
    code: "invalid_output" as const,
    class: "terminal",
    message: problems.map(({ path, message }) => `output${path}: ${message}`).join("; "),
    problems: problems.map(({ path, message }) => ({ path: `output${path}`, message })),
  };
  return failed(reason, "terminal", undefined, ACTED);
}

/** `{error: ...}` as the whole payload, and MCP's `isError` flag, say that the call did not work. */
function reportedFailure(slot: Slot, output: JsonValue): Outcome | undefined {
  if (Array.isArray(output)) return undefined;
  const payload = output as { readonly [key: string]: JsonValue };
  if (payload["isError"] === true)
    return failureOf(slot, payload["class"], textOf(payload["content"] ?? "the tool reported an error"), payload);
  if (payload["error"] === undefined || payload["error"] === null || Object.keys(payload).length !== 1)
    return undefined;
  const { error } = payload;
  if (typeof error !== "object" || Array.isArray(error)) return failureOf(slot, undefined, textOf(error), {});
  const fields = error as { readonly [key: string]: JsonValue };
  return failureOf(slot, fields["class"], textOf(fields["message"] ?? error), fields);
}

function failureOf(
  slot: Slot,
  errorClass: JsonValue | undefined,
  text: string,
  fields: { readonly [key: string]: JsonValue },
): Outcome {
  const known = CLASSES.has(errorClass) ? (errorClass as ErrorClass) : "terminal";
  const after = fields["retry_after_ms"];
  const reason = { code: "failed" as const, message: plainText(text), class: known };
  return failed(reason, known, typeof after === "number" ? after : undefined, reported(slot));
}

/** What a failure leaves open that the tool itself reports, without saying more. */
function reported({ tool }: Slot): SideEffect {
  return tool?.schema.failures === "definite" ? "none" : "unknown";
}

function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  const texts = Array.isArray(value) ? (value as readonly JsonValue[]).flatMap(textPart) : [];
  return texts.length > 0 ? texts.join("\n") : JSON.stringify(value);
}

/** The text of one block of MCP content. */
function textPart(block: JsonValue): readonly string[] {
  const text = typeof block === "object" && block !== null ? (block as { readonly text?: JsonValue }).text : undefined;
  return typeof text === "string" ? [text] : [];
}

/**
 * What an exception of a tool means. Without a class, or a status that says otherwise, it is `transient`: nobody said that
 * trying again is useless. Whether it is safe is another question, and what the failure leaves open answers it.
 */
export function outcomeOfThrow(slot: Slot, error: unknown, { aborted }: { readonly aborted: boolean }): Outcome {
  if (isRecorded(error)) return error.outcome;
  const message = messageOf(error);
  const { errorClass, code, retryAfterMs, isDefinite } = classify(error);
  const sideEffect = isDefinite ? "none" : reported(slot);
  if (aborted) return failed({ code: "canceled", message, class: "canceled" }, "canceled", undefined, sideEffect);
  return failed({ code, message, class: errorClass }, errorClass, retryAfterMs, sideEffect);
}

function isRecorded(error: unknown): error is RecordedFailure {
  try {
    return error instanceof RecordedFailure;
  } catch {
    return false;
  }
}

interface Classified {
  readonly errorClass: ErrorClass;
  readonly code: ReasonCode;
  readonly retryAfterMs?: number | undefined;
  /** The tool's own word that nothing was done. */
  readonly isDefinite: boolean;
}

/** Nothing of what was thrown can be relied on, its traps and getters included. */
function classify(error: unknown): Classified {
  try {
    return CarError.isInstance(error) ? ofCarError(error) : ofOther(error);
  } catch {
    return { errorClass: "transient", code: "failed", isDefinite: false };
  }
}

function ofCarError(error: CarError): Classified {
  if (error.code === "CAR_STATE_KEY_DENIED")
    return { errorClass: "denied", code: "capability_denied", isDefinite: false };
  if (error.code === "CAR_STATE_VALUE_INVALID")
    return { errorClass: "terminal", code: "invalid_output", isDefinite: false };
  const fields = error as { readonly class?: unknown; readonly retryAfterMs?: unknown };
  const errorClass = CLASSES.has(fields.class) ? (fields.class as ErrorClass) : "terminal";
  const retryAfterMs = typeof fields.retryAfterMs === "number" ? fields.retryAfterMs : undefined;
  const isDefinite = error.code === "CAR_TOOL_FAILED" && DEFINITE.has(errorClass);
  return { errorClass, code: "failed", retryAfterMs, isDefinite };
}

function ofOther(error: unknown): Classified {
  const status = statusOf(error);
  const isRefusal = status !== undefined && status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  return { errorClass: isRefusal ? "terminal" : "transient", code: "failed", isDefinite: false };
}

/** Of the 4xx, those that say nothing against trying again. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** The HTTP status that clients put on their errors, under one of its usual names. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { status, statusCode, response } = error as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
    readonly response?: { readonly status?: unknown } | null;
  };
  return [status, statusCode, response?.status].find((each): each is number => typeof each === "number");
}
