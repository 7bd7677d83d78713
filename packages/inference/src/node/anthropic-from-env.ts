import { assertKnownOptions } from "@car/ir/internal";
import type { InferenceProvider } from "@car/ir/ports";
import { anthropicModel, type AnthropicModelOptions } from "../anthropic/anthropic-model.js";
import { keyOf } from "./key-of.js";

/** Which model, and where the environment has its key. */
export interface AnthropicFromEnvOptions extends Omit<AnthropicModelOptions, "fetch" | "apiKey"> {
  /** Name of the variable that holds the key. Default `ANTHROPIC_API_KEY`. */
  readonly keyVariable?: string;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const OPTIONS = [
  "model",
  "url",
  "maxTokens",
  "headers",
  "about",
  "keyVariable",
  "env",
] as const satisfies readonly (keyof AnthropicFromEnvOptions)[];

/**
 * A model behind Anthropic's own API, with the platform's `fetch` and a key from the environment.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when the variable is empty.
 */
export function anthropicFromEnv(options: AnthropicFromEnvOptions): InferenceProvider {
  assertKnownOptions(options, OPTIONS, "anthropicFromEnv");
  const { keyVariable = "ANTHROPIC_API_KEY", env = process.env, ...model } = options;
  return anthropicModel({ ...model, fetch: (url, init) => fetch(url, init), apiKey: keyOf(env, keyVariable) });
}
