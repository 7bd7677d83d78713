import type { InferenceProvider } from "@car/ir/ports";
import { assertKnownOptions } from "@car/ir/internal";
import { openAiCompatible, type OpenAiCompatibleOptions } from "../openai/openai-compatible.js";
import { keyOf } from "./key-of.js";

/** Which model, and where the environment has its key. */
export interface OpenAiFromEnvOptions extends Pick<OpenAiCompatibleOptions, "model" | "kind" | "dialect" | "about"> {
  /** Default: the variable `OPENAI_BASE_URL`, or OpenAI's own address. */
  readonly url?: string;
  /** Name of the variable that holds the key. Default `OPENAI_API_KEY`. */
  readonly keyVariable?: string;
  /** Servers on this machine need none. Default true. */
  readonly needsKey?: boolean;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const OPTIONS = [
  "model",
  "kind",
  "dialect",
  "about",
  "url",
  "keyVariable",
  "needsKey",
  "env",
] as const satisfies readonly (keyof OpenAiFromEnvOptions)[];

/**
 * A model behind an OpenAI-compatible API, with the platform's `fetch` and a key from the environment, which is read anew
 * for each call.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when a key is needed and the variable is empty.
 */
export function openAiFromEnv(options: OpenAiFromEnvOptions): InferenceProvider {
  assertKnownOptions(options, OPTIONS, "openAiFromEnv");
  const { keyVariable = "OPENAI_API_KEY", needsKey = true, env = process.env, url, ...model } = options;
  return openAiCompatible({
    ...model,
    url: url ?? env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1",
    fetch: (address, init) => fetch(address, init),
    apiKey: keyOf(env, keyVariable, needsKey),
  });
}
