export { llamaInference } from "./llama-inference.js";
export type { LlamaInference, LlamaInferenceOptions } from "./llama-inference.js";
export type { GenerateOptions, Generated, LlamaItem, LlamaModelFile, LoadedLlama, LoadLlama } from "./loaded-llama.js";
