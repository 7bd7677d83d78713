import { assertEqual, AssertionError, assertRejectsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { type InferenceFactory, QUESTION } from "./inference-question.js";
import { testInferenceStream } from "./test-inference-stream.js";
import { testInferenceVectors } from "./test-inference-vectors.js";

const METHODS = ["infer", "stream", "embed", "classify"] as const;

/**
 * Registers a test for every rule of the provider port: IN-1 to IN-7 of `packages/inference/SPEC.md`. What the provider
 * does not name among its capabilities is not tested.
 */
export function testInference(runner: TestRunner, create: InferenceFactory): void {
  runner.describe("InferenceProvider", () => {
    testAnswers(runner.it, create);
    testCancelation(runner.it, create);
    testInferenceStream(runner.it, create);
    testInferenceVectors(runner.it, create);
  });
}

function testAnswers(it: TestRunner["it"], create: InferenceFactory): void {
  it("[IN-1] its capabilities name its methods, and no others", async () => {
    const provider = await create();
    const able = METHODS.filter((method) => provider[method] !== undefined);
    assertEqual(
      METHODS.filter((method) => provider.info.capabilities.includes(method)),
      able,
      "capabilities",
    );
    if (provider.info.id === "") throw new AssertionError("the id is empty");
    if (able.length === 0) throw new AssertionError("it can do nothing");
  });

  it("[IN-2] an answer is text with counts, the model's name and why it ended", async () => {
    const provider = await create();
    if (provider.infer === undefined) return;
    const { text, usage, model, finish_reason: finish } = await provider.infer(QUESTION);
    const types = [text, model, finish, usage.input_tokens, usage.output_tokens].map((value) => typeof value);
    assertEqual(types, ["string", "string", "string", "number", "number"], "types");
    assertEqual([usage.input_tokens >= 0, usage.output_tokens >= 0, model !== "", finish !== ""], Array(4).fill(true));
  });

  it("[IN-2] a request is only read", async () => {
    const provider = await create();
    const request = structuredClone({ ...QUESTION, params: { max_tokens: 10, stop: ["END"] } });
    const before = structuredClone(request);
    await provider.infer?.(request);
    assertEqual(request, before, "request");
  });
}

function testCancelation(it: TestRunner["it"], create: InferenceFactory): void {
  it("[IN-3] a call whose signal is aborted already rejects as canceled", async () => {
    const provider = await create();
    const call = { signal: AbortSignal.abort() };
    const asked: readonly (() => unknown)[] = [
      () => provider.infer?.(QUESTION, call),
      () => provider.stream?.(QUESTION, call)[Symbol.asyncIterator]().next(),
      () => provider.embed?.({ texts: ["hello"] }, call),
      () => provider.classify?.({ text: "hello", labels: ["a", "b"] }, call),
    ];
    for (const [index, ask] of asked.entries()) {
      if (provider[METHODS[index]!] === undefined) continue;
      const error = await assertRejectsCode("CAR_INFERENCE_FAILED", ask);
      assertEqual((error as { kind?: unknown }).kind, "canceled", `kind of ${METHODS[index]}`);
    }
  });
}
