import type { ClassifyRequest, EmbedRequest, Tool } from "@car/ir/ports";
import { groundedTool } from "./grounded-tool.js";
import { callOf, runInfer, spend } from "./run-infer.js";
import { assertToolOptions, type InferenceToolOptions } from "./tool-options.js";
import { CLASSIFY, EMBED, INFER_RETURNS, inferParameters, NO_PARAMETERS } from "./tool-schemas.js";

/**
 * `infer`, `embed`, `classify`, `list_models`, `model_stats`, and `infer.grounded` where there is a memory: ordinary
 * tools, so that policy, limits, budgets (`tokens`, `usd`), cache and log of the runtime apply.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) for an unknown option.
 */
export function inferenceTools(options: InferenceToolOptions): readonly Tool[] {
  assertToolOptions(options);
  const { memory } = options;
  return [
    inferTool(options),
    ...(memory === undefined ? [] : [groundedTool(options, memory)]),
    embedTool(options),
    classifyTool(options),
    ...tellingTools(options),
  ];
}

function inferTool(options: InferenceToolOptions): Tool {
  return {
    schema: {
      name: "infer",
      description: "Asks a language model.",
      parameters: inferParameters({ json: options.compiler !== undefined }),
      returns: INFER_RETURNS,
      reversibility: "reversible",
      source_label: options.label ?? "model",
      ...ttl(options.cacheTtlSecs?.infer ?? 0),
    },
    execute: (parameters, context) => runInfer(options, context, { parameters: parameters }),
    ...(options.reserve === undefined ? {} : { reserve: options.reserve }),
  };
}

const CACHE_SECS = 3_600;

function embedTool(options: InferenceToolOptions): Tool {
  return {
    schema: {
      name: "embed",
      description: "Turns texts into vectors whose cosine says how near they are in meaning.",
      ...EMBED,
      reversibility: "reversible",
      ...ttl(options.cacheTtlSecs?.embed ?? CACHE_SECS),
    },
    execute: async (parameters, context) => {
      const answer = await options.router.embed(parameters as unknown as EmbedRequest, callOf(context));
      spend(options, context, answer);
      const embeddings = answer.embeddings.map((vector) => Array.from(vector, shortened));
      return { embeddings, dim: answer.dim, model: answer.model };
    },
  };
}

function classifyTool(options: InferenceToolOptions): Tool {
  return {
    schema: {
      name: "classify",
      description: "Says how well each label fits a text, best first.",
      ...CLASSIFY,
      reversibility: "reversible",
      ...ttl(options.cacheTtlSecs?.classify ?? CACHE_SECS),
    },
    execute: async (parameters, context) => {
      const answer = await options.router.classify(parameters as unknown as ClassifyRequest, callOf(context));
      spend(options, context, answer);
      return answer.scores;
    },
  };
}

function tellingTools({ router }: InferenceToolOptions): readonly Tool[] {
  const telling = { parameters: NO_PARAMETERS, reversibility: "reversible" } as const;
  return [
    {
      schema: { name: "list_models", description: "The models that can be asked, and what for.", ...telling },
      execute: () => router.models(),
    },
    {
      schema: { name: "model_stats", description: "How the models did so far.", ...telling },
      execute: () => router.stats(),
    },
  ];
}

function ttl(secs: number): { readonly cache_ttl_secs?: number } {
  return secs > 0 ? { cache_ttl_secs: secs } : {};
}

/** All that a 32-bit number holds, in half the text of its 64-bit neighbour. */
function shortened(value: number): number {
  return Number(value.toPrecision(8));
}
