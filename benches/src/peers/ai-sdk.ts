import { generateText, stepCountIs, tool } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import * as z from "zod";
import { noop, params } from "../fixtures.js";

/** The AI SDK's tool loop: a scripted model asks for one no-op call, gets its answer, and says that it is done. */
export function aiSdkToolStep(): () => Promise<unknown> {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const parameters = z.object({ path: z.string(), count: z.int(), mode: z.enum(["a", "b"]), on: z.boolean() });
  const tools = { noop: tool({ inputSchema: parameters, execute: noop }) };
  const answer = (finish: "tool-calls" | "stop", content: object) => ({
    content: [content],
    finishReason: { unified: finish, raw: finish },
    usage,
    warnings: [],
  });
  const ask = answer("tool-calls", {
    type: "tool-call",
    toolCallId: "1",
    toolName: "noop",
    input: JSON.stringify(params),
  });
  const end = answer("stop", { type: "text", text: "done" });
  return async () => {
    let turn = 0;
    const model = new MockLanguageModelV3({ doGenerate: async () => (turn++ === 0 ? ask : end) as never });
    const { steps } = await generateText({ model, tools, prompt: "go", stopWhen: stepCountIs(2) });
    if (steps[0]?.toolResults.length !== 1) throw new Error("the AI SDK did not call the tool");
  };
}
