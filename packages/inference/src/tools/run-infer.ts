import { AnswerInvalidError, type JsonValue, ToolError } from "@car/ir";
import type { InferenceCall, InferenceResponse, ToolContext } from "@car/ir/ports";
import { inferJson } from "../structured/infer-json.js";
import { type InferParameters, inferRequest } from "./infer-request.js";
import type { InferenceToolOptions } from "./tool-options.js";

/** Who asks, as fallbacks and cancelation need it. */
export function callOf(context: ToolContext): InferenceCall {
  return { signal: context.signal, caller: { run_id: context.runId, action_id: context.actionId } };
}

/** Books tokens and dollars on the run's budget. */
export function spend(
  { router }: Pick<InferenceToolOptions, "router">,
  context: ToolContext,
  { usage, model }: Pick<InferenceResponse, "usage" | "model">,
): void {
  context.spend("tokens", usage.input_tokens + usage.output_tokens);
  context.spend("usd", router.costOf(model, usage));
}

/** Asks a language model for `infer` and `infer.grounded`. What was used is booked, also when the answer is wrong. */
export async function runInfer(
  options: InferenceToolOptions,
  context: ToolContext,
  { parameters, remembered }: { readonly parameters: InferParameters; readonly remembered?: string },
): Promise<{ readonly [key: string]: unknown }> {
  const request = inferRequest(parameters, remembered);
  const { response_format: schema } = parameters;
  if (schema === undefined) {
    const response = await options.router.infer(request, callOf(context));
    spend(options, context, response);
    return { ...response };
  }
  if (options.compiler === undefined)
    throw new ToolError("answers in a given form cannot be checked here", { class: "invalid" });
  try {
    const form = { request, schema, compiler: options.compiler, ...callOf(context) };
    const { value, response, usage } = await inferJson(options.router, form);
    spend(options, context, { usage, model: response.model });
    return { ...response, usage, value: value satisfies JsonValue };
  } catch (error) {
    if (error instanceof AnswerInvalidError) spend(options, context, error);
    throw error;
  }
}
