import { manualClock } from "@car/conformance";
import { describe, expect, it } from "vitest";
import { openAiFromEnv } from "./node/openai-from-env.js";
import { openAiCompatible } from "./openai/openai-compatible.js";
import { proposeWith } from "./propose/propose-with.js";
import { scriptedProvider } from "./providers/scripted-provider.js";
import { createRouter } from "./router/create-router.js";
import { embedderOf } from "./router/embedder-of.js";
import { inferJson } from "./structured/infer-json.js";
import { inferenceTools } from "./tools/inference-tools.js";

const model = {
  infer: () => {
    throw new Error("asked");
  },
};
const router = createRouter({ providers: [], clock: manualClock() });

describe("an option that nobody reads", () => {
  it.each<[string, (given: never) => unknown, object, string]>([
    ["openAiCompatible", (given) => openAiCompatible(given), { apikey: () => "k" }, "apiKey"],
    ["openAiFromEnv", (given) => openAiFromEnv(given), { keyVar: "K" }, "keyVariable"],
    ["createRouter", (given) => createRouter(given), { timeout: 5 }, "timeoutMs"],
    ["weights", (weights) => createRouter({ providers: [], clock: manualClock(), weights }), { prize: 3 }, "price"],
    ["embedderOf", (given) => embedderOf({}, given), { dims: 2 }, "dim"],
    ["inferJson", (given) => inferJson(model, given), { maxRepair: 0 }, "maxRepairs"],
    ["proposeWith", (given) => proposeWith(model, given), { sgnal: undefined }, "signal"],
    ["inferenceTools", (given) => inferenceTools(given), { reserves: { usd: 1 } }, "reserve"],
    ["cacheTtlSecs", (cacheTtlSecs) => inferenceTools({ router, cacheTtlSecs }), { infers: 0 }, "infer"],
    ["groundedCache", (groundedCache) => inferenceTools({ router, groundedCache }), { ttlSec: 1 }, "ttlSecs"],
    ["scriptedProvider", (given) => scriptedProvider(given), { replys: ["x"] }, "replies"],
  ])("[IN-47] of `%s` is refused, with the nearest name", async (name, act, given, nearest) => {
    const [misspelt] = Object.keys(given);
    const message = `\`${name}\` has no option \`${misspelt}\`; did you mean \`${nearest}\`?`;
    const refused = Promise.resolve().then(() => act(given as never));
    await expect(refused).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID", message });
  });
});
