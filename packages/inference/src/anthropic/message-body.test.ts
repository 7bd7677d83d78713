import { describe, expect, it } from "vitest";
import { anthropicFromEnv } from "../node/anthropic-from-env.js";
import { anthropicServer } from "../testing/fake-http.js";
import { anthropicModel } from "./anthropic-model.js";

describe("anthropicModel", () => {
  it("[IN-53] says a conversation in the API's words, and sends nothing that was not set but the limit that it wants", async () => {
    const http = anthropicServer();
    const model = anthropicModel({ model: "m", fetch: http.fetch, apiKey: () => "sk-ant-secret" });
    await model.infer!({
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "a" },
        { role: "user", content: "b" },
        {
          role: "assistant",
          content: "",
          tool_calls: [
            { id: "c1", name: "look", arguments: { at: 1 } },
            { id: "c2", name: "look", arguments: "{" },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "seen", name: "look" },
        { role: "tool", tool_call_id: "c2", content: "error", name: "look" },
      ],
      tools: [{ name: "look", description: "looks", parameters: { type: "object" } }],
    });
    expect(http.sent[0]).toEqual({
      url: "https://api.anthropic.com/v1/messages",
      headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "sk-ant-secret" },
      body: {
        model: "m",
        max_tokens: 4096,
        system: "s",
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a" },
              { type: "text", text: "b" },
            ],
          },
          {
            role: "assistant",
            content: [
              { type: "tool_use", id: "c1", name: "look", input: { at: 1 } },
              { type: "tool_use", id: "c2", name: "look", input: {} },
            ],
          },
          {
            role: "user",
            content: [
              { type: "tool_result", tool_use_id: "c1", content: "seen" },
              { type: "tool_result", tool_use_id: "c2", content: "error" },
            ],
          },
        ],
        tools: [{ name: "look", description: "looks", input_schema: { type: "object" } }],
      },
    });
  });

  it("[IN-53] sends what was set, and asks for JSON in words", async () => {
    const http = anthropicServer();
    const messages = [{ role: "user" as const, content: "a" }];
    const params = { temperature: 0, top_p: 1, stop: ["X"], max_tokens: 5 };
    await anthropicModel({ model: "m", fetch: http.fetch }).infer!({
      messages,
      params,
      response_format: { type: "object" },
    });
    expect(http.sent[0]?.body).toMatchObject({ temperature: 0, top_p: 1, stop_sequences: ["X"], max_tokens: 5 });
    expect(http.sent[0]?.body["system"]).toContain('{"type":"object"}');
  });

  it("[IN-53] takes its key from the environment", () => {
    expect(anthropicFromEnv({ model: "m", env: { ANTHROPIC_API_KEY: "k" } }).info.id).toBe("anthropic/m");
    expect(() => anthropicFromEnv({ model: "m", env: {} })).toThrow("the environment has no `ANTHROPIC_API_KEY`");
  });
});
