import { testInference } from "@car/conformance";
import type { InferenceProvider } from "@car/ir/ports";
import { describe, it } from "vitest";
import { aiSdkEmbeddingModel } from "./ai-sdk/ai-sdk-embedding-model.js";
import { aiSdkLanguageModel } from "./ai-sdk/ai-sdk-language-model.js";
import { anthropicModel } from "./anthropic/anthropic-model.js";
import { openAiCompatible } from "./openai/openai-compatible.js";
import { recordingProvider } from "./providers/recording-provider.js";
import { scriptedProvider } from "./providers/scripted-provider.js";
import { fakeEmbeddingV3, fakeModelV2, fakeModelV3 } from "./testing/fake-ai-sdk.js";
import { anthropicServer, openAiServer } from "./testing/fake-http.js";

const openAi = (kind: "chat" | "embeddings"): InferenceProvider =>
  openAiCompatible({ url: "https://models.test/v1/", model: "m", kind, fetch: openAiServer().fetch });

const scripted = (): InferenceProvider =>
  scriptedProvider({
    replies: ["Hello, world!", "again"],
    embed: (text) => [text.length, 1],
    classify: (text, label) => (text.includes(label[0]!) ? 0.9 : 0.1),
  });

const PROVIDERS: Readonly<Record<string, () => InferenceProvider>> = {
  scripted,
  "recording of a scripted one": () => recordingProvider(scripted()),
  "OpenAI-compatible chat": () => openAi("chat"),
  "OpenAI-compatible embeddings": () => openAi("embeddings"),
  "Anthropic's API": () => anthropicModel({ model: "m", fetch: anthropicServer().fetch }),
  "AI SDK language model, version 2": () => aiSdkLanguageModel(fakeModelV2("Hello!")),
  "AI SDK language model, version 3": () => aiSdkLanguageModel(fakeModelV3("Hello, world!")),
  "AI SDK embedding model": () => aiSdkEmbeddingModel(fakeEmbeddingV3()),
};

for (const [name, create] of Object.entries(PROVIDERS)) describe(name, () => testInference({ describe, it }, create));
