export { openAiFromEnv } from "./openai-from-env.js";
export type { OpenAiFromEnvOptions } from "./openai-from-env.js";
export { anthropicFromEnv } from "./anthropic-from-env.js";
export type { AnthropicFromEnvOptions } from "./anthropic-from-env.js";
