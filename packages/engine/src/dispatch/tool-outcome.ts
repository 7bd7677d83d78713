import { CarError, copyJson, type ErrorClass, JsonInvalidError, type JsonValue, type ReasonCode } from "@car/ir";
import { RecordedFailure } from "./recorded-failure.js";
import { failed, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { labelOutput } from "../flow/output-labels.js";

const CLASSES: ReadonlySet<string> = new Set([
  "invalid",
  "denied",
  "not_found",
  "transient",
  "terminal",
  "timeout",
  "canceled",
]);

const MAX_MESSAGE = 2_000;

/** What a tool's answer means: its output, copied and checked, or the failure that it reports. */
export function outcomeOfAnswer(run: Run, slot: Slot, answer: unknown): Outcome {
  let output: JsonValue;
  try {
    output = copyJson(answer, run.config.outputLimits);
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) return outcomeOfThrow(error, { aborted: false });
    return failed({ code: "invalid_output", message: `the output is not usable: ${error.message}` });
  }
  const failure = typeof output === "object" && output !== null ? reportedFailure(output) : undefined;
  if (failure !== undefined) return failure;
  const problems = slot.tool?.returns?.check(output);
  if (problems === undefined || problems.length === 0)
    return labelOutput(run, slot, output) ?? { status: "succeeded", output };
  return failed({
    code: "invalid_output",
    message: problems.map(({ path, message }) => `output${path}: ${message}`).join("; "),
    problems: problems.map(({ path, message }) => ({ path: `output${path}`, message })),
  });
}

/** `{error: ...}` as the whole payload, and MCP's `isError` flag, say that the call did not work. */
function reportedFailure(output: JsonValue): Outcome | undefined {
  if (Array.isArray(output)) return undefined;
  const payload = output as { readonly [key: string]: JsonValue };
  const keys = Object.keys(payload);
  if (payload["isError"] === true)
    return failureOf(payload["class"], textOf(payload["content"] ?? "the tool reported an error"), payload);
  if (keys.length !== 1 || keys[0] !== "error" || payload["error"] === null) return undefined;
  const error = payload["error"]!;
  if (typeof error !== "object" || Array.isArray(error)) return failureOf(undefined, textOf(error), {});
  const fields = error as { readonly [key: string]: JsonValue };
  return failureOf(fields["class"], textOf(fields["message"] ?? error), fields);
}

function failureOf(
  errorClass: JsonValue | undefined,
  message: string,
  fields: { readonly [key: string]: JsonValue },
): Outcome {
  const known = typeof errorClass === "string" && CLASSES.has(errorClass) ? (errorClass as ErrorClass) : "terminal";
  const after = fields["retry_after_ms"];
  return failed(
    { code: "failed", message: clip(message), class: known },
    known,
    typeof after === "number" ? after : undefined,
  );
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

/** What an exception of a tool means. Without a class it is `transient`: nobody said that trying again is useless. */
export function outcomeOfThrow(error: unknown, { aborted }: { readonly aborted: boolean }): Outcome {
  if (error instanceof RecordedFailure) return error.outcome;
  const message = clip(messageOfThrow(error));
  if (aborted) return failed({ code: "canceled", message, class: "canceled" }, "canceled");
  const { errorClass, code, retryAfterMs } = classify(error);
  return failed({ code, message, class: errorClass }, errorClass, retryAfterMs);
}

interface Classified {
  readonly errorClass: ErrorClass;
  readonly code: ReasonCode;
  readonly retryAfterMs?: number | undefined;
}

function classify(error: unknown): Classified {
  if (!CarError.isInstance(error)) return { errorClass: "transient", code: "failed" };
  if (error.code === "CAR_STATE_KEY_DENIED") return { errorClass: "denied", code: "capability_denied" };
  if (error.code === "CAR_STATE_VALUE_INVALID") return { errorClass: "terminal", code: "invalid_output" };
  const fields = error as { readonly class?: unknown; readonly retryAfterMs?: unknown };
  const errorClass =
    typeof fields.class === "string" && CLASSES.has(fields.class) ? (fields.class as ErrorClass) : "terminal";
  const retryAfterMs = typeof fields.retryAfterMs === "number" ? fields.retryAfterMs : undefined;
  return { errorClass, code: "failed", retryAfterMs };
}

function messageOfThrow(error: unknown): string {
  try {
    if (error instanceof Error) return error.message === "" ? error.name : error.message;
    return typeof error === "string" ? error : `the tool threw ${JSON.stringify(error) ?? String(error)}`;
  } catch {
    return "the tool threw something that cannot be shown";
  }
}

function clip(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}... (${text.length} characters)`;
}
