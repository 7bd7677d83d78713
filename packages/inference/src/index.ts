export { INFERENCE_LIMITS } from "./limits.js";
export { aiSdkLanguageModel } from "./ai-sdk/ai-sdk-language-model.js";
export type { AboutModel } from "./ai-sdk/ai-sdk-language-model.js";
export { aiSdkEmbeddingModel } from "./ai-sdk/ai-sdk-embedding-model.js";
export type {
  AiSdkCallOptions,
  AiSdkEmbeddingModel,
  AiSdkLanguageModel,
  AiSdkMessage,
  AiSdkPart,
  AiSdkTool,
} from "./ai-sdk/model-types.js";
export { openAiCompatible } from "./openai/openai-compatible.js";
export type { OpenAiCompatibleOptions } from "./openai/openai-compatible.js";
export type { OpenAiDialect } from "./openai/dialect.js";
export { anthropicModel } from "./anthropic/anthropic-model.js";
export type { AnthropicModelOptions } from "./anthropic/anthropic-model.js";
export type { HttpAnswer, HttpFetch } from "./http/http.js";
export { createRouter } from "./router/create-router.js";
export type { ModelStats, Router, RouterOptions, RouterWeights } from "./router/router-options.js";
export { logFallbacks } from "./router/log-fallbacks.js";
export { embedderOf } from "./router/embedder-of.js";
export type { EmbedderOptions } from "./router/embedder-of.js";
export { inferJson } from "./structured/infer-json.js";
export type { InferJsonOptions, JsonAnswer } from "./structured/infer-json.js";
export { proposeWith } from "./propose/propose-with.js";
export type { ProposalCheck, ProposeOptions, ProposeResult } from "./propose/propose-with.js";
export { inferenceTools } from "./tools/inference-tools.js";
export type { GroundingMemory, InferenceToolOptions } from "./tools/tool-options.js";
