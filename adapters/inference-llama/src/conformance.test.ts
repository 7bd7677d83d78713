import { testInference } from "@car/conformance";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { llamaInference } from "./llama-inference.js";
import { tinyModel } from "./testing/tiny-model.js";

const folder = mkdtempSync(join(tmpdir(), "car-llama-"));
const modelPath = join(folder, "tiny.gguf");
writeFileSync(modelPath, tinyModel("OK!"));

// Loading the library takes a second, so all tests share a model; it forgets each question.
const provider = llamaInference({ modelPath, contextSize: 512 });

afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true });
});

testInference({ describe, it }, () => provider);
