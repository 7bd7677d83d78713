import type { JsonObject } from "@car/ir";

const TEXT: JsonObject = { type: "string" };
const MODEL: JsonObject = {
  type: "string",
  minLength: 1,
  description: "A model's id, as `list_models` gives it. Only that model is asked.",
};
const TEXT_LIST: JsonObject = { type: "array", items: TEXT };
const USAGE: JsonObject = {
  type: "object",
  required: ["input_tokens", "output_tokens"],
  properties: { input_tokens: { type: "number" }, output_tokens: { type: "number" } },
};

const INTENT: JsonObject = {
  type: "object",
  description: "Hints for choosing a model.",
  additionalProperties: false,
  properties: {
    task: TEXT,
    prefer_local: { type: "boolean" },
    prefer_fast: { type: "boolean" },
    prefer_quality: { type: "boolean" },
    require: TEXT_LIST,
  },
};

const TOOL_CALLS: JsonObject = {
  type: "array",
  items: {
    type: "object",
    required: ["id", "name", "arguments"],
    properties: { id: TEXT, name: TEXT, arguments: {} },
  },
};

const MESSAGES: JsonObject = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["role", "content"],
    additionalProperties: false,
    properties: {
      role: { enum: ["system", "user", "assistant", "tool"] },
      content: TEXT,
      tool_calls: TOOL_CALLS,
      tool_call_id: TEXT,
      name: TEXT,
    },
  },
};

const PARAMS: JsonObject = {
  type: "object",
  additionalProperties: false,
  properties: {
    temperature: { type: "number", minimum: 0, maximum: 2 },
    top_p: { type: "number", exclusiveMinimum: 0, maximum: 1 },
    max_tokens: { type: "integer", minimum: 1 },
    stop: { ...TEXT_LIST, maxItems: 16 },
    seed: { type: "integer" },
  },
};

const TOOLS: JsonObject = {
  type: "array",
  items: {
    type: "object",
    required: ["name", "description", "parameters"],
    additionalProperties: false,
    properties: { name: TEXT, description: TEXT, parameters: { type: "object" } },
  },
};

const INFER_PROPERTIES: JsonObject = {
  prompt: { type: "string", minLength: 1 },
  messages: MESSAGES,
  model: MODEL,
  params: PARAMS,
  context: { type: "string", description: "What the model should know; given to it as data." },
  tools: TOOLS,
  intent: INTENT,
};

const ONE_QUESTION: JsonObject = {
  type: "object",
  additionalProperties: false,
  oneOf: [{ required: ["prompt"] }, { required: ["messages"] }],
};

/** Parameters of `infer`; `response_format` only where answers can be checked. */
export function inferParameters({ json }: { readonly json: boolean }): JsonObject {
  return { ...ONE_QUESTION, properties: { ...INFER_PROPERTIES, ...(json ? RESPONSE_FORMAT : {}) } };
}

/** Parameters of `infer.grounded`. */
export function groundedParameters({ json }: { readonly json: boolean }): JsonObject {
  const own: JsonObject = {
    query: { type: "string", description: "What to look for in memory. Default: the last thing the user said." },
    memory_tokens: { type: "integer", minimum: 1, maximum: 100_000, default: 1_024 },
  };
  return { ...ONE_QUESTION, properties: { ...INFER_PROPERTIES, ...(json ? RESPONSE_FORMAT : {}), ...own } };
}

const RESPONSE_FORMAT: JsonObject = { response_format: { type: "object", description: "JSON Schema of the answer." } };

/** What `infer` gives. */
export const INFER_RETURNS: JsonObject = {
  type: "object",
  required: ["text", "usage", "model", "finish_reason"],
  properties: { text: TEXT, tool_calls: TOOL_CALLS, usage: USAGE, model: TEXT, finish_reason: TEXT, value: {} },
};

/** Parameters and output of `embed`. */
export const EMBED: { readonly parameters: JsonObject; readonly returns: JsonObject } = {
  parameters: {
    type: "object",
    additionalProperties: false,
    required: ["texts"],
    properties: { texts: { ...TEXT_LIST, maxItems: 4_096 }, model: MODEL },
  },
  returns: {
    type: "object",
    required: ["embeddings", "dim"],
    properties: {
      embeddings: { type: "array", items: { type: "array", items: { type: "number" } } },
      dim: { type: "integer" },
      model: TEXT,
    },
  },
};

/** Parameters and output of `classify`. */
export const CLASSIFY: { readonly parameters: JsonObject; readonly returns: JsonObject } = {
  parameters: {
    type: "object",
    additionalProperties: false,
    required: ["text", "labels"],
    properties: {
      text: TEXT,
      labels: { ...TEXT_LIST, minItems: 1, maxItems: 4_096, uniqueItems: true },
      model: MODEL,
      multi: { type: "boolean", description: "Judge each label by itself; the scores need not sum to 1." },
    },
  },
  returns: {
    type: "array",
    items: { type: "object", required: ["label", "score"], properties: { label: TEXT, score: { type: "number" } } },
  },
};

/** Parameters of the tools that only tell. */
export const NO_PARAMETERS: JsonObject = { type: "object", additionalProperties: false, properties: {} };
