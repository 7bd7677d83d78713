export { openAiFromEnv } from "./openai-from-env.js";
export type { OpenAiFromEnvOptions } from "./openai-from-env.js";
