import { describe, expect, it } from "vitest";
import { serviceFailure } from "./service-failure.js";

const of = (status: number | undefined, said: unknown, headers: Readonly<Record<string, string>> = {}) =>
  serviceFailure({
    status,
    said: typeof said === "string" ? said : JSON.stringify(said),
    headers: { get: (name) => headers[name] ?? null },
    model: "m",
  });

const GOOGLE = {
  error: {
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "You exceeded your current quota, please check your plan and billing details. Please retry in 36.5s.",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "36s" }],
  },
};
const PER_MINUTE = {
  error: {
    message:
      "Rate limit reached on requests per min. Please try again in 1m20s. Add a payment method at https://x/account/billing.",
    type: "requests",
    code: "rate_limit_exceeded",
  },
};

describe("what services say instead of an answer", () => {
  it.each([
    ["a limit per minute that speaks of billing", 429, PER_MINUTE, "rate_limited"],
    ["Google's limit that speaks of quota and billing", 429, GOOGLE, "rate_limited"],
    [
      "a used up quota",
      429,
      { error: { message: "You exceeded your current quota", code: "insufficient_quota" } },
      "account",
    ],
    ["overload", 529, { type: "error", error: { type: "overloaded_error" } }, "unavailable"],
    ["a page", 524, "<html>timeout</html>", "unavailable"],
    ["no credit", 402, { error: { message: "Insufficient credits" } }, "account"],
    [
      "Anthropic's no credit",
      400,
      { error: { type: "invalid_request_error", message: "Your credit balance is too low" } },
      "account",
    ],
    [
      "Google's bad key",
      400,
      { error: { status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] } },
      "account",
    ],
    [
      "Azure's filter",
      400,
      { error: { code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } } },
      "refused",
    ],
    ["a filter that forbids", 403, { error: { code: "content_policy_violation" } }, "refused"],
    ["a request that is wrong", 400, { error: { message: "messages: at least one" } }, "invalid_request"],
    ["an error in a 200 with a number", undefined, { error: { code: 429, message: "x" } }, "rate_limited"],
    ["an error in a 200 with a word", undefined, { error: { type: "rate_limit_error" } }, "rate_limited"],
    ["an error in a 200 that says nothing", undefined, { error: "boom" }, "unavailable"],
    ["vLLM's older form", undefined, { object: "error", message: "too long", code: 400 }, "invalid_request"],
    ["Google's list", 503, [{ error: { status: "UNAVAILABLE", message: "The model is overloaded." } }], "unavailable"],
    ["throttling with 400", 400, { error: { type: "ThrottlingException", message: "Rate exceeded" } }, "rate_limited"],
    ["Groq's full capacity", 498, { error: { message: "capacity exceeded" } }, "unavailable"],
    ["a bare message", undefined, { code: "invalid_api_key", message: "Incorrect API key" }, "account"],
    ["FastAPI's list", 422, { detail: [{ loc: ["body"], msg: "field required" }] }, "invalid_request"],
    ["an end of time", 504, "", "timeout"],
    [
      "an input that was flagged",
      403,
      { error: { code: 403, message: 'It requires moderation. Your input was flagged for "violence".' } },
      "refused",
    ],
    [
      "content against the rules",
      403,
      { error: "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO" },
      "refused",
    ],
    [
      "an output that was blocked",
      400,
      { error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" } },
      "refused",
    ],
    [
      "DeepSeek without the model",
      400,
      { error: { message: "Model Not Exist", type: "invalid_request_error" } },
      "account",
    ],
    [
      "Azure without the deployment",
      400,
      { error: { message: "Could not find an existing deployment to match the model in the request." } },
      "account",
    ],
    [
      "a wrong message that speaks of the model",
      400,
      { error: { message: "this model wants a role" } },
      "invalid_request",
    ],
    ["an account that was flagged", 403, { error: { message: "Your account was flagged for abuse" } }, "account"],
  ])("[IN-10] %s (HTTP %s)", (_what, status, said, kind) => {
    expect(of(status, said).kind).toBe(kind);
  });

  it.each([
    ["OpenAI", 400, { error: { code: "context_length_exceeded", message: "x" } }, "context"],
    [
      "Anthropic",
      400,
      { error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" } },
      "context",
    ],
    [
      "too large a body",
      413,
      { error: { type: "request_too_large", message: "Request exceeds the maximum size" } },
      "context",
    ],
    ["vLLM", 400, { object: "error", message: "This model's maximum context length is 4096 tokens." }, "context"],
    [
      "llama.cpp",
      500,
      { error: { message: "the request exceeds the available context size", type: "exceed_context_size_error" } },
      "context",
    ],
    [
      "Google",
      400,
      {
        error: {
          message: "The input token count (1200000) exceeds the maximum number of tokens allowed",
          status: "INVALID_ARGUMENT",
        },
      },
      "context",
    ],
    [
      "xAI",
      400,
      { error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens." },
      "context",
    ],
    ["Moonshot", 400, { error: { message: "Your request exceeded model token limit: 8192" } }, "context"],
    [
      "Anthropic with room for the answer",
      400,
      { error: { message: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000" } },
      "context",
    ],
    ["TGI", 422, { error: "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000" }, "context"],
    ["a proxy", 413, "<html>Request Entity Too Large</html>", "context"],
    [
      "OpenRouter, with another's words",
      400,
      {
        error: {
          message: "Provider returned error",
          code: 400,
          metadata: { raw: '{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}' },
        },
      },
      "context",
    ],
    ["json_schema", 400, { error: { message: "This response_format type `json_schema` is not supported" } }, "json"],
    ["structured outputs", 400, { error: { message: "'claude-3' does not support structured outputs" } }, "json"],
    ["Ollama", 400, { error: { message: "registry.ollama.ai/library/gemma:2b does not support tools" } }, "tools"],
    ["OpenRouter", 404, { error: { message: "No endpoints found that support tool use", code: 404 } }, undefined],
    ["vLLM without tools", 400, { message: '"auto" tool choice requires --enable-auto-tool-choice' }, "tools"],
    [
      "a parameter",
      400,
      { error: { code: "unsupported_value", message: "'temperature' does not support 0.2 with this model." } },
      "parameter",
    ],
    ["a wrong request", 400, { error: { message: "messages[0].role is missing" } }, undefined],
    ["a limit", 429, { error: { message: "too many tokens per minute" } }, undefined],
  ])("[IN-55] what a model lacks is told from a request that is wrong: %s", (_what, status, said, lacks) => {
    const error = of(status, said);
    expect(error.lacks).toBe(lacks);
    if (lacks !== undefined) expect(error.kind).toBe("invalid_request");
  });

  const DATE = "Tue, 01 Dec 2026 10:00:00 GMT";
  it.each([
    ["milliseconds", {}, { "retry-after-ms": "1500" }, 1_500],
    ["seconds", {}, { "retry-after": "2" }, 2_000],
    ["parts of a second", {}, { "retry-after": "0.25" }, 250],
    ["a date", {}, { "retry-after": "Tue, 01 Dec 2026 10:00:07 GMT", date: DATE }, 7_000],
    ["a date that is over", {}, { "retry-after": "Tue, 01 Dec 2026 09:00:00 GMT", date: DATE }, 0],
    ["a date without another to compare", {}, { "retry-after": "Tue, 01 Dec 2026 10:00:07 GMT" }, undefined],
    ["Google's", GOOGLE, {}, 36_000],
    ["words", PER_MINUTE, {}, 80_000],
    ["words with their units written out", { error: { message: "Please retry after 3 seconds." } }, {}, 3_000],
    ["milliseconds in words", { error: { message: "try again in 20ms" } }, {}, 20],
    ["a field of the body", { retry_after: 1.5, message: "limited" }, {}, 1_500],
    [
      "a reset of what is used up",
      {},
      { "x-ratelimit-reset-requests": "1m2s", "x-ratelimit-remaining-requests": "0" },
      62_000,
    ],
    [
      "Anthropic's reset",
      {},
      {
        "anthropic-ratelimit-tokens-reset": "2026-12-01T10:00:30Z",
        "anthropic-ratelimit-tokens-remaining": "0",
        date: DATE,
      },
      30_000,
    ],
    [
      "a reset of what is left",
      {},
      { "x-ratelimit-reset-requests": "1m", "x-ratelimit-remaining-requests": "9" },
      undefined,
    ],
    ["nonsense", {}, { "retry-after": "soon" }, undefined],
    ["digits without end", {}, { "retry-after-ms": "9".repeat(400) }, undefined],
    ["words that are no time", { error: { message: "retry with 3 messages" } }, {}, undefined],
    ["nothing", {}, {}, undefined],
  ])("[IN-56] when to ask again is read from %s", (_from, body, headers, ms) => {
    expect(of(429, body, headers as Record<string, string>).retryAfterMs).toBe(ms);
  });
});
