import type { JsonObject } from "@car/ir";
import type { InferenceMessage, InferenceRequest } from "@car/ir/ports";
import { asData } from "./as-data.js";

/** The parameters of `infer`, checked by the runtime against their schema. */
export interface InferParameters {
  readonly prompt?: string;
  readonly messages?: readonly InferenceMessage[];
  readonly model?: string;
  readonly params?: NonNullable<InferenceRequest["params"]>;
  readonly context?: string;
  readonly tools?: NonNullable<InferenceRequest["tools"]>;
  readonly intent?: NonNullable<InferenceRequest["intent"]>;
  readonly response_format?: JsonObject;
}

/** The request; `remembered` stands after the caller's own context, which is never replaced. Both are marked as data. */
export function inferRequest(parameters: InferParameters, remembered?: string): InferenceRequest {
  const { prompt = "", messages, context, params, model, tools, intent } = parameters;
  const asked: readonly InferenceMessage[] = messages ?? [{ role: "user", content: prompt }];
  const data = [
    ...(context === undefined || context === "" ? [] : [asData("context", context)]),
    ...(remembered === undefined || remembered === "" ? [] : [asData("memory", remembered)]),
  ].map((content): InferenceMessage => ({ role: "user", content }));
  const start = asked.findIndex(({ role }) => role !== "system");
  const system = start < 0 ? asked : asked.slice(0, start);
  return {
    messages: [...system, ...data, ...asked.slice(system.length)],
    ...(params === undefined ? {} : { params }),
    ...(model === undefined ? {} : { model }),
    ...(tools === undefined ? {} : { tools }),
    ...(intent === undefined ? {} : { intent }),
  };
}
