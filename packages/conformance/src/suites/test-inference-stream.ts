import type { InferenceChunk } from "@car/ir/ports";
import { assertEqual, assertRejectsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { type InferenceFactory, QUESTION } from "./inference-question.js";

/** IN-4 and IN-5: streams. */
export function testInferenceStream(it: TestRunner["it"], create: InferenceFactory): void {
  it("[IN-4] a stream ends with the whole answer, which is what its chunks said", async () => {
    const provider = await create();
    if (provider.stream === undefined) return;
    const chunks: InferenceChunk[] = [];
    for await (const chunk of provider.stream(QUESTION)) chunks.push(chunk);
    const last = chunks.at(-1);
    assertEqual(chunks.filter(({ type }) => type === "end").length, 1, "number of ends");
    const text = chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
    const calls = chunks.flatMap((chunk) => (chunk.type === "tool_call" ? [chunk.call] : []));
    assertEqual(last?.type, "end", "last chunk");
    if (last?.type !== "end") return;
    assertEqual(last.response.text, text, "text");
    assertEqual(last.response.tool_calls ?? [], calls, "tool calls");
  });

  it("[IN-5] a stream can be left early, and be canceled on the way", async () => {
    const provider = await create();
    if (provider.stream === undefined) return;
    for await (const chunk of provider.stream(QUESTION)) if (chunk.type !== "tool_call") break;

    const again = await create();
    const controller = new AbortController();
    const stream = again.stream!(QUESTION, { signal: controller.signal })[Symbol.asyncIterator]();
    const first = await stream.next();
    if (first.done === true || first.value.type === "end") return;
    controller.abort();
    const error = await assertRejectsCode("CAR_INFERENCE_FAILED", async () => {
      while (!(await stream.next()).done);
    });
    assertEqual((error as { kind?: unknown }).kind, "canceled", "kind");
  });
}
