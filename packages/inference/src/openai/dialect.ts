/** Where servers that speak OpenAI's API differ in what they take. */
export interface OpenAiDialect {
  /** The name of the limit on an answer's tokens. */
  readonly maxTokens: "max_tokens" | "max_completion_tokens";
  readonly seed: "seed" | "random_seed";
  /** How JSON is asked for. With `json_object` and `none` the schema is told in a message. */
  readonly json: "json_schema" | "json_object" | "none";
  /** Whether a stream has to be asked for its token counts. */
  readonly streamUsage: boolean;
}

const COMMON: OpenAiDialect = { maxTokens: "max_tokens", seed: "seed", json: "json_schema", streamUsage: true };

/** By the end of the host's name; what is not here is `COMMON`. */
const DIALECTS: Readonly<Record<string, Partial<OpenAiDialect>>> = {
  "api.openai.com": { maxTokens: "max_completion_tokens" },
  "openai.azure.com": { maxTokens: "max_completion_tokens" },
  "api.cerebras.ai": { maxTokens: "max_completion_tokens" },
  "api.mistral.ai": { seed: "random_seed", streamUsage: false },
  "api.deepseek.com": { json: "json_object" },
};

/** What the server at an address takes, with the host's own word before the table's. */
export function dialectOf(url: string, own: Partial<OpenAiDialect> = {}): OpenAiDialect {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? "";
  const known = Object.entries(DIALECTS).find(([name]) => host === name || host.endsWith(`.${name}`))?.[1];
  return { ...COMMON, ...known, ...own };
}
