import { describe, expect, it } from "vitest";
import { openAiServer } from "../testing/fake-http.js";
import { type OpenAiCompatibleOptions, openAiCompatible } from "./openai-compatible.js";

async function sent(url: string, more: Partial<OpenAiCompatibleOptions> = {}): Promise<Record<string, unknown>> {
  const http = openAiServer();
  const messages = [{ role: "user" as const, content: "a" }];
  const request = { messages, params: { max_tokens: 5, seed: 3 }, response_format: { type: "object" } };
  for await (const _chunk of openAiCompatible({ url, model: "m", fetch: http.fetch, ...more }).stream!(request));
  return http.sent[0]!.body;
}

describe("what differs from server to server", () => {
  it.each([
    ["https://api.openai.com/v1", { max_completion_tokens: 5, seed: 3 }],
    ["https://x.openai.azure.com/openai/v1/", { max_completion_tokens: 5 }],
    ["http://127.0.0.1:11434/v1", { max_tokens: 5, stream_options: { include_usage: true } }],
    ["https://api.openai.com.evil.test/v1", { max_tokens: 5 }],
    ["https://api.mistral.ai/v1", { max_tokens: 5, random_seed: 3 }],
    ["https://api.deepseek.com", { max_tokens: 5, response_format: { type: "json_object" } }],
  ])("[IN-54] %s is sent %j", async (url, fields) => {
    expect(await sent(url)).toMatchObject(fields);
  });

  it("[IN-54] what a server does not take is left out", async () => {
    expect(await sent("https://api.mistral.ai/v1")).not.toHaveProperty("stream_options");
    expect(await sent("https://api.openai.com/v1")).not.toHaveProperty("max_tokens");
  });

  it("[IN-54] the host's word counts before the table's; a schema that has no field is told in a message", async () => {
    const body = await sent("http://127.0.0.1/v1", { dialect: { maxTokens: "max_completion_tokens", json: "none" } });
    expect(body).toMatchObject({ max_completion_tokens: 5, messages: [{ role: "system" }, { role: "user" }] });
    expect(body).not.toHaveProperty("response_format");
    expect(() =>
      openAiCompatible({ url: "x", model: "m", fetch: openAiServer().fetch, dialect: { jsno: 1 } as never }),
    ).toThrow("`dialect` has no option `jsno`; did you mean `json`?");
  });
});
