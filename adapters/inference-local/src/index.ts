export { localEmbedder, localInference } from "./local-inference.js";
export type { LocalInference, LocalInferenceOptions } from "./local-inference.js";
export type { LoadedModel, LoadModel } from "./load-model.js";
