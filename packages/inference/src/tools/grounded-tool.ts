import { canonicalJson, type JsonValue } from "@car/ir";
import type { MemoryContext, Tool, ToolContext } from "@car/ir/ports";
import { groundedCache } from "./grounded-cache.js";
import type { InferParameters } from "./infer-request.js";
import { runInfer } from "./run-infer.js";
import type { GroundingMemory, InferenceToolOptions } from "./tool-options.js";
import { groundedParameters, INFER_RETURNS } from "./tool-schemas.js";

interface GroundedParameters extends InferParameters {
  readonly query?: string;
  readonly memory_tokens?: number;
}

const MEMORY_TOKENS = 1_024;

/**
 * The one tool that reads memory. The runtime must not cache it, because its parameters do not say what the memory
 * holds; answers are kept here, by request, principal, and version and fingerprint of the memory.
 */
export function groundedTool(options: InferenceToolOptions, memory: GroundingMemory): Tool {
  const cache = groundedCache(options.groundedCache);
  const run = async (parameters: GroundedParameters, context: ToolContext): Promise<object> => {
    const { query = lastWords(parameters), memory_tokens: tokenBudget = MEMORY_TOKENS, ...asked } = parameters;
    const version = memory.version?.() ?? "";
    const { principal } = context;
    const found = await memory.recall(query, { ...options.readerOf?.(principal), tokenBudget, principal });
    const grounding = groundingOf(found, version);
    const key = canonicalJson([principal, parameters as unknown as JsonValue, version, found.fingerprint]);
    const kept = cache.get(key);
    if (kept !== undefined) return { ...kept, cached: true };
    const answer = await runInfer(options, context, { parameters: asked, remembered: found.text });
    const whole = { ...answer, grounding };
    cache.set(key, whole);
    return whole;
  };
  return {
    schema: {
      name: "infer.grounded",
      description: "Asks a language model, with what is remembered about the question given to it as data.",
      parameters: groundedParameters({ json: options.compiler !== undefined }),
      returns: INFER_RETURNS,
      reversibility: "reversible",
      source_label: options.groundedLabel ?? "memory",
    },
    execute: (parameters, context) => run(parameters, context),
    ...(options.reserve === undefined ? {} : { reserve: options.reserve }),
  };
}

/** What the answer rests on, for the log and for policies that read labels. */
function groundingOf({ fingerprint, items }: MemoryContext, version: string): object {
  const labels = items.flatMap((item) => (item as { readonly labels?: readonly string[] }).labels ?? []);
  return { version, fingerprint, items: items.length, labels: [...new Set(labels)].sort() };
}

function lastWords({ prompt, messages = [] }: InferParameters): string {
  return prompt ?? messages.findLast(({ role }) => role === "user")?.content ?? "";
}
