import type { InferenceProvider } from "@car/ir/ports";
import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { openAiCompatible, type OpenAiCompatibleOptions } from "../openai/openai-compatible.js";

/** Which model, and where the environment has its key. */
export interface OpenAiFromEnvOptions extends Pick<OpenAiCompatibleOptions, "model" | "kind" | "about"> {
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
  const { model, kind, about, keyVariable = "OPENAI_API_KEY", needsKey = true, env = process.env } = options;
  if (needsKey && !env[keyVariable]) throw new ConfigInvalidError(`the environment has no \`${keyVariable}\``);
  return openAiCompatible({
    url: options.url ?? env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1",
    model,
    fetch: (url, init) => fetch(url, init),
    apiKey: () => env[keyVariable],
    ...(kind === undefined ? {} : { kind }),
    ...(about === undefined ? {} : { about }),
  });
}
