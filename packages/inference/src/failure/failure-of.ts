import { CarError, InferenceFailedError } from "@car/ir";
import type { InferenceCall } from "@car/ir/ports";
import { redact } from "./redact.js";

/** Where something was thrown. */
export interface ThrownBy {
  readonly model: string;
  readonly call?: InferenceCall | undefined;
  readonly secrets?: readonly string[];
}

/** Whatever a provider threw, as an error of this project. Aborted calls are `canceled`, all that says nothing is `unavailable`. */
export function failureOf(error: unknown, { model, call, secrets }: ThrownBy): CarError {
  if (call?.signal?.aborted === true) return canceled(model);
  if (CarError.isInstance(error)) return error;
  const said = redact(messageOf(error), secrets);
  return new InferenceFailedError(`model \`${model}\` failed: ${said}`, { kind: "unavailable", model });
}

/** The call was ended by its own signal. */
export function canceled(model: string): InferenceFailedError {
  return new InferenceFailedError(`the call of model \`${model}\` was canceled`, { kind: "canceled", model });
}

/** Something came back that is no answer. */
export function badAnswer(model: string, what: string): InferenceFailedError {
  return new InferenceFailedError(`model \`${model}\`: ${what}`, { kind: "bad_answer", model });
}

/** @throws `CAR_INFERENCE_FAILED` (`canceled`) when the call's signal is aborted already. */
export function throwIfCanceled(model: string, call: InferenceCall | undefined): void {
  if (call?.signal?.aborted === true) throw canceled(model);
}

/** An error's message with those of its causes: `fetch failed` alone tells nobody anything. */
function messageOf(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error; at instanceof Error && texts.length < 3; at = at.cause)
    texts.push(at.message || at.name);
  if (texts.length > 0) return texts.join(": ");
  return typeof error === "string" ? error : "it threw something that is no error";
}
