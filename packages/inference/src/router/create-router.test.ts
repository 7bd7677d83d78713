import { CarError, InferenceFailedError, type InferenceFailure, type ModelFallbackData } from "@car/ir";
import { manualClock } from "@car/conformance";
import type { EventDraft, InferenceProvider, ModelInfo } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { scriptedProvider, type ScriptedReply } from "../providers/scripted-provider.js";
import { createRouter } from "./create-router.js";
import { embedderOf } from "./embedder-of.js";
import { logFallbacks } from "./log-fallbacks.js";
import type { Router, RouterOptions } from "./router-options.js";

const HI = { messages: [{ role: "user", content: "hi" }] } as const;

const failing = (kind: InferenceFailure, retryAfterMs?: number) => (): string => {
  throw new InferenceFailedError("no", { kind, retryAfterMs });
};

function model(id: string, replies: readonly ScriptedReply[], about: Partial<ModelInfo> = {}): InferenceProvider {
  return scriptedProvider({ replies, about: { id, latency_ms: 0, ...about } });
}

function routerOf(providers: readonly InferenceProvider[], more: Partial<RouterOptions> = {}) {
  const clock = manualClock();
  const fallbacks: ModelFallbackData[] = [];
  const onFallback = (fallback: ModelFallbackData): void => void fallbacks.push(fallback);
  return { clock, fallbacks, router: createRouter({ providers, clock, onFallback, ...more }) };
}

async function answeredBy(router: Router, more: object = {}): Promise<string> {
  return (await router.infer({ ...HI, ...more })).model;
}

const forever = (id: string, reply: ScriptedReply = "x"): InferenceProvider =>
  model(id, Array<ScriptedReply>(50).fill(reply));

describe("createRouter: choice", () => {
  it("[IN-20] equals are asked in the host's order; quality, speed and price decide between others", async () => {
    const twin = (id: string, about: Partial<ModelInfo> = {}): InferenceProvider =>
      model(id, ["x"], { latency_ms: 500, ...about });
    expect(await answeredBy(routerOf([twin("a"), twin("b")]).router)).toBe("a");
    expect(await answeredBy(routerOf([twin("a"), twin("b", { quality: 0.9 })]).router)).toBe("b");
    expect(await answeredBy(routerOf([twin("a"), twin("b", { latency_ms: 10 })]).router)).toBe("b");
    const cheap = { usd_per_million_tokens: { input: 0.1, output: 0.1 } };
    expect(await answeredBy(routerOf([twin("a"), twin("b", cheap)]).router)).toBe("b");
  });

  it("[IN-20] hints order the models, `require` and offered tools exclude", async () => {
    const fresh = (): Router =>
      routerOf([
        model("good", Array(9).fill("x"), { quality: 1, latency_ms: 9_000 }),
        model("fast", Array(9).fill("x"), { quality: 0.2, latency_ms: 5, capabilities: ["infer"] }),
        model("near", Array(9).fill("x"), {
          latency_ms: 500,
          quality: 0.1,
          local: true,
          capabilities: ["infer", "tools"],
          tasks: ["code"],
        }),
      ]).router;
    expect(await answeredBy(fresh(), { intent: { prefer_quality: true } })).toBe("good");
    expect(await answeredBy(fresh(), { intent: { prefer_fast: true } })).toBe("fast");
    expect(await answeredBy(fresh(), { intent: { prefer_local: true } })).toBe("near");
    expect(await answeredBy(fresh(), { intent: { task: "code" } })).toBe("near");
    const tools = [{ name: "t", description: "", parameters: {} }];
    expect(await answeredBy(fresh(), { intent: { prefer_fast: true }, tools })).not.toBe("fast");
    await expect(fresh().infer({ ...HI, intent: { require: ["vision"] } })).rejects.toThrow(
      "no model that can `infer` has the capabilities `vision`",
    );
  });

  it("[IN-21] a named model is the only one, whatever happens to it", async () => {
    const { router, fallbacks } = routerOf([model("a", [failing("unavailable")]), forever("b")]);
    await expect(router.infer({ ...HI, model: "a", intent: { require: ["vision"] } })).rejects.toMatchObject({
      kind: "unavailable",
    });
    expect(fallbacks).toEqual([]);
    await expect(router.infer({ ...HI, model: "c" })).rejects.toThrow("there is no model `c`; there are `a`, `b`");
    await expect(router.embed({ texts: ["x"], model: "a" })).rejects.toThrow("model `a` cannot `embed`");
  });

  it("[IN-26] without a model that can do it, the error says what to install", async () => {
    const { router } = routerOf([]);
    const none = { code: "CAR_INFERENCE_NO_MODEL", class: "not_found" };
    await expect(router.infer(HI)).rejects.toMatchObject(none);
    await expect(router.infer(HI)).rejects.toThrow("@car/inference/node");
    await expect(router.embed({ texts: ["x"] })).rejects.toThrow("npm install @car/inference-local @energetic-ai/core");
    await expect(router.classify({ text: "x", labels: ["a"] })).rejects.toThrow("npm install @car/inference-local");
    expect(() => createRouter({ providers: [forever("a"), forever("a")], clock: manualClock() })).toThrow(
      "the same id",
    );
  });
});

describe("createRouter: failures", () => {
  it.each(["account", "rate_limited", "unavailable", "timeout", "bad_answer"] as const)(
    "[IN-22] after %s the next model is asked, and the fallback is reported",
    async (kind) => {
      const { router, fallbacks } = routerOf([model("a", [failing(kind)]), forever("b")]);
      const answer = await router.infer(HI, { caller: { run_id: "r" } });
      expect(answer.model).toBe("b");
      expect(fallbacks).toEqual([
        { capability: "infer", from: "a", to: "b", kind, message: "no", caller: { run_id: "r" } },
      ]);
    },
  );

  it.each(["refused", "invalid_request", "canceled"] as const)(
    "[IN-23] after %s nobody else is asked",
    async (kind) => {
      const other = scriptedProvider({ replies: ["x"], about: { id: "b" } });
      const { router, fallbacks } = routerOf([model("a", [failing(kind)]), other]);
      await expect(router.infer(HI)).rejects.toMatchObject({ kind });
      expect([fallbacks, other.requests]).toEqual([[], []]);
    },
  );

  it.each(["context", "json", "tools", "parameter"] as const)(
    "[IN-22] [IN-55] a request that the model lacks `%s` for goes to the next one",
    async (lacks) => {
      const lacking = () => {
        throw new InferenceFailedError("no", { kind: "invalid_request", model: "a", lacks });
      };
      const { router, fallbacks } = routerOf([model("a", [lacking]), forever("b")]);
      expect((await router.infer(HI)).model).toBe("b");
      expect(fallbacks).toMatchObject([{ from: "a", to: "b", kind: "invalid_request" }]);
      expect(router.stats()[0]).toMatchObject({ not_its_fault: 1, health: 1 });
    },
  );

  it("[IN-23] an answer that is a refusal is the answer", async () => {
    const refusal = { text: "I will not.", finish_reason: "content_filter" };
    const { router, fallbacks } = routerOf([model("a", [refusal]), forever("b")]);
    expect(await router.infer(HI)).toMatchObject({ ...refusal, model: "a" });
    expect(fallbacks).toEqual([]);
  });

  it("[IN-22] at most three models are asked, and the last failure is told", async () => {
    const down = failing("unavailable");
    const { router, fallbacks } = routerOf(["a", "b", "c"].map((id) => forever(id, down)).concat(forever("d")));
    await expect(router.infer(HI)).rejects.toMatchObject({ kind: "unavailable" });
    expect(fallbacks.map(({ to }) => to)).toEqual(["b", "c"]);
  });

  it("[IN-22] a listener that throws changes nothing", async () => {
    const onFallback = (): never => {
      throw new Error("listener");
    };
    const { router } = routerOf([model("a", [failing("unavailable")]), forever("b")], { onFallback });
    expect(await answeredBy(router)).toBe("b");
  });

  it("[IN-22] `logFallbacks` writes each as an event", async () => {
    const events: EventDraft[] = [];
    const onFallback = logFallbacks({ append: (draft) => events.push(draft) }, { now: () => 7 });
    await routerOf([model("a", [failing("unavailable")]), forever("b")], { onFallback }).router.infer(HI);
    expect(events).toMatchObject([{ kind: "model_fallback", time: 7, action: -1, data: { from: "a", to: "b" } }]);
  });

  it("[IN-24] a model that fails is asked later, one that was down comes back; account errors do not count", async () => {
    const once = (kind: InferenceFailure): InferenceProvider =>
      model("a", [failing(kind), ...Array<string>(9).fill("x")]);
    const down = routerOf([once("unavailable"), forever("b")]);
    await down.router.infer(HI);
    expect(await answeredBy(down.router)).toBe("b");
    expect(down.router.stats()[0]).toMatchObject({ calls: 1, failures: 1, not_its_fault: 0, health: 0.6 });
    down.clock.advance(30 * 60_000);
    expect(down.router.stats()[0]!.health).toBeGreaterThan(0.99);

    const account = routerOf([once("account"), forever("b")]);
    await account.router.infer(HI);
    expect(account.router.stats()[0]).toMatchObject({ failures: 1, not_its_fault: 1, health: 1 });
    expect(await answeredBy(account.router)).toBe("a");
  });

  it("[IN-24] a model that asked for a pause is not asked before", async () => {
    const { router, clock } = routerOf([
      model("a", [failing("rate_limited", 5_000), ...Array<string>(9).fill("x")]),
      forever("b"),
    ]);
    await router.infer(HI);
    expect(router.stats()[0]!.health).toBe(0);
    expect(await answeredBy(router)).toBe("b");
    clock.advance(600_000);
    expect(await answeredBy(router)).toBe("a");
  });

  it("[IN-25] a model that hangs is given up in time, its call aborted", async () => {
    let aborted = false;
    const hanging: InferenceProvider = {
      info: { id: "a", capabilities: ["infer"], latency_ms: 0 },
      infer: (_request, call) => {
        call?.signal?.addEventListener("abort", () => (aborted = true));
        return new Promise(() => undefined);
      },
    };
    const { router, clock, fallbacks } = routerOf([hanging, forever("b")], { timeoutMs: 100 });
    const answer = router.infer(HI);
    await clock.advanceAsync(100);
    expect((await answer).model).toBe("b");
    expect([aborted, fallbacks[0]?.kind, clock.pending()]).toEqual([true, "timeout", 0]);

    const controller = new AbortController();
    const canceled = router.infer({ ...HI, model: "a" }, { signal: controller.signal });
    controller.abort();
    await expect(canceled).rejects.toMatchObject({ kind: "canceled" });
  });

  it("[IN-12] what a provider throws or gives is held to the port's form", async () => {
    const wild: InferenceProvider = {
      info: { id: "wild", capabilities: ["infer", "embed", "classify"] },
      infer: () => {
        throw new TypeError("bug");
      },
      embed: async ({ texts }) =>
        ({ embeddings: texts.map(() => Float32Array.of(texts.length, NaN)), dim: 2 }) as never,
      classify: async () => ({ scores: [{ label: "a", score: 2 }] }) as never,
    };
    const { router } = routerOf([wild]);
    await expect(router.infer(HI)).rejects.toMatchObject({ kind: "unavailable", message: "model `wild` failed: bug" });
    await expect(router.embed({ texts: ["x"] })).rejects.toMatchObject({ kind: "bad_answer" });
    await expect(router.classify({ text: "x", labels: ["a"] })).rejects.toMatchObject({ kind: "bad_answer" });
    await expect(router.infer({ messages: [] })).rejects.toMatchObject({ kind: "invalid_request" });
    await expect(router.classify({ text: "x", labels: ["a", "a"] })).rejects.toMatchObject({ kind: "invalid_request" });
    await expect(router.embed({ texts: Array<string>(5_000).fill("") })).rejects.toMatchObject({
      kind: "invalid_request",
    });
  });
});

describe("createRouter: embed, stream, figures", () => {
  it("[IN-27] vectors are always of one model, and of one length", async () => {
    let dim = 2;
    const embed = (): number[] => Array<number>(dim).fill(1);
    const one = scriptedProvider({ embed, about: { id: "one", quality: 0.9 } });
    const { router, fallbacks } = routerOf([scriptedProvider({ embed, about: { id: "two" } }), one]);
    expect((await router.embed({ texts: ["a"] })).model).toBe("one");
    dim = 3;
    await expect(router.embed({ texts: ["a"] })).rejects.toThrow("a vector of 3 dimensions, not 2");
    dim = 2;
    expect((await router.embed({ texts: ["a"] })).model).toBe("one");
    expect(fallbacks).toEqual([]);
    const embedder = embedderOf(router, { model: "two", dim: 2 });
    expect(await embedder.embed(["a"])).toEqual([Float32Array.of(1, 1)]);
  });

  it("[IN-28] before its first chunk a stream may move to another model, later it may not", async () => {
    const early = routerOf([model("a", [failing("unavailable")]), forever("b", "one two")]);
    const models: string[] = [];
    for await (const chunk of early.router.stream(HI)) if (chunk.type === "end") models.push(chunk.response.model);
    expect([models, early.fallbacks.length]).toEqual([["b"], 1]);

    const breaking: InferenceProvider = {
      info: { id: "a", capabilities: ["stream"], latency_ms: 0 },
      async *stream() {
        yield { type: "text", text: "one " };
        throw new InferenceFailedError("gone", { kind: "unavailable" });
      },
    };
    const late = routerOf([breaking, forever("b")]);
    const said: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of late.router.stream(HI)) if (chunk.type === "text") said.push(chunk.text);
    };
    await expect(read()).rejects.toMatchObject({ kind: "unavailable" });
    expect([said, late.fallbacks, late.router.stats()[0]!.failures]).toEqual([["one "], [], 1]);
  });

  it("[IN-5] [IN-28] a stream is read as far as it is wanted, ends when it is left, and at the signal", async () => {
    let given = 0;
    let left = false;
    const endless: InferenceProvider = {
      info: { id: "a", capabilities: ["stream"] },
      async *stream() {
        try {
          for (;;) yield { type: "text", text: `${given++}` };
        } finally {
          left = true;
        }
      },
    };
    const { router, clock } = routerOf([endless]);
    for await (const _chunk of router.stream(HI)) if (given >= 3) break;
    await Promise.resolve();
    expect([given, left, clock.pending()]).toEqual([3, true, 0]);

    const controller = new AbortController();
    const stream = router.stream(HI, { signal: controller.signal })[Symbol.asyncIterator]();
    await stream.next();
    controller.abort();
    await expect(stream.next()).rejects.toMatchObject({ kind: "canceled" });
  });

  it("[IN-28] a model without streams answers in one piece", async () => {
    const inner = model("a", ["one two"]);
    const whole: InferenceProvider = {
      info: { id: "a", capabilities: ["infer"] },
      infer: (request) => inner.infer!(request),
    };
    const texts: string[] = [];
    for await (const chunk of routerOf([whole]).router.stream(HI)) if (chunk.type === "text") texts.push(chunk.text);
    expect(texts.join("")).toBe("one two");
  });

  it("[IN-29] figures: calls, tokens, dollars, latency, rated quality", async () => {
    const usage = { input_tokens: 1_000_000, output_tokens: 500_000 };
    const price = { usd_per_million_tokens: { input: 1, output: 4 }, quality: 0.5 };
    const slow: InferenceProvider = model("a", [{ text: "x", usage }], price);
    const { router, clock } = routerOf([
      {
        ...slow,
        infer: (request, call) => {
          clock.advance(250);
          return slow.infer!(request, call);
        },
      },
    ]);
    await router.infer(HI);
    router.rate("a", 1);
    router.rate("nobody", 1);
    expect(router.stats()).toEqual([
      {
        model: "a",
        calls: 1,
        failures: 0,
        not_its_fault: 0,
        health: 1,
        latency_ms: 250,
        quality: 0.55,
        ...usage,
        usd: 3,
      },
    ]);
    expect([router.costOf("a", usage), router.costOf("nobody", usage)]).toEqual([3, 0]);
  });

  it("[IN-3] errors are errors of this project", async () => {
    const { router } = routerOf([forever("a")]);
    const error: unknown = await router.infer(HI, { signal: AbortSignal.abort() }).catch((thrown: unknown) => thrown);
    expect(CarError.isInstance(error) && (error as InferenceFailedError).kind).toBe("canceled");
  });
});
