import { assertEqual, AssertionError } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import type { InferenceFactory } from "./inference-question.js";

const TEXTS = ["The cat sleeps.", "", "Stocks fell on Monday.", "The cat sleeps."];
const LABELS = ["animals", "money", "weather"];

/** IN-6 and IN-7: embeddings and classification. */
export function testInferenceVectors(it: TestRunner["it"], create: InferenceFactory): void {
  it("[IN-6] each text has its vector, of one length, in order, whatever stands beside it", async () => {
    const provider = await create();
    if (provider.embed === undefined) return;
    const { embeddings, dim } = await provider.embed({ texts: TEXTS });
    assertEqual(
      embeddings.map((vector) => vector.length),
      TEXTS.map(() => dim),
      "lengths",
    );
    if (!embeddings.every((vector) => vector.every(Number.isFinite))) throw new AssertionError("a vector has NaN");
    const alone = await provider.embed({ texts: [TEXTS[2]!] });
    assertNear(alone.embeddings[0]!, embeddings[2]!);
    assertNear(embeddings[3]!, embeddings[0]!);
    assertEqual((await provider.embed({ texts: [] })).embeddings.length, 0, "vectors for no text");
  });

  it("[IN-7] each label has its score, best first; the scores sum to 1 unless each label is judged by itself", async () => {
    const provider = await create();
    if (provider.classify === undefined) return;
    for (const multi of [false, true]) {
      const { scores } = await provider.classify({ text: "The cat sleeps.", labels: LABELS, multi });
      assertEqual(scores.map(({ label }) => label).sort(), [...LABELS].sort(), "labels");
      const numbers = scores.map(({ score }) => score);
      assertEqual(
        numbers,
        [...numbers].sort((left, right) => right - left),
        "order of the scores",
      );
      if (!numbers.every((score) => score >= 0 && score <= 1)) throw new AssertionError(`scores: ${numbers.join(" ")}`);
      const sum = numbers.reduce((total, score) => total + score, 0);
      if (!multi && Math.abs(sum - 1) > 1e-6) throw new AssertionError(`the scores sum to ${sum}`);
    }
  });
}

/** Models on accelerators differ in the last bits with the size of a batch. */
function assertNear(actual: Float32Array, expected: Float32Array): void {
  const far = actual.findIndex((value, index) => Math.abs(value - expected[index]!) > 1e-4);
  if (far >= 0) throw new AssertionError(`dimension ${far}: expected ${expected[far]}, got ${actual[far]}`);
}
