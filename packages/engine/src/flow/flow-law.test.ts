import { canonicalJson, type JsonObject, type JsonValue } from "@car/ir";
import type { ToolState } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { flowProbe } from "../testing/flow-probe.js";

/** Tools that all put out 1, so that equal answers come with unequal labels. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  a: ["a"],
  bc: ["b", "c"],
  pass: [],
  clean: [],
  cached: ["d"],
  keep: ["e"],
};
const TOOLS = Object.entries(SOURCES).map(([name, source_label]) =>
  tool(name, (_given, { state }) => (name === "keep" && remember(state), 1), {
    source_label: [...source_label],
    reversibility: "reversible",
    ...(name === "cached" && { cache_ttl_secs: 60 }),
    ...(name === "keep" && { effects: ["k"] }),
  }),
);

function remember(state: ToolState): void {
  state.get("k");
  state.set("k", 1);
}

/** One step of a plan; `refs` count back from it. */
interface Step {
  readonly kind: "call" | "write" | "read";
  readonly tool: string;
  readonly key: "k" | "m";
  readonly shape: "bare" | "text" | "deep" | "literal";
  readonly refs: readonly number[];
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("call", "call", "call", "write", "read"),
  tool: fc.constantFrom(...Object.keys(SOURCES)),
  key: fc.constantFrom("k", "m"),
  shape: fc.constantFrom("bare", "text", "deep", "literal"),
  refs: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }),
});

type Labels = ReadonlySet<string>;
const join = (...sets: readonly Iterable<string>[]): Set<string> => new Set(sets.flatMap((set) => [...set]));
const sorted = (labels: Iterable<string>): readonly string[] => [...labels].sort();

/** The plain reading of the rules: what each action's parameters, each output and the state must be labelled with. */
class Model {
  context: Labels = new Set();
  readonly state = new Map<string, Labels>();
  private readonly cache = new Map<string, Labels>();

  /** Labels of the parameters and the outputs, step by step. */
  run(steps: readonly Step[]): { readonly inputs: readonly Labels[]; readonly outputs: readonly Labels[] } {
    const inputs: Labels[] = [];
    const outputs: Labels[] = [];
    for (const [at, step] of steps.entries()) {
      const input = this.inputOf(step, at, outputs);
      inputs.push(input);
      outputs.push(this.outputOf(step, input, at));
    }
    this.context = join(this.context, ...outputs);
    return { inputs, outputs };
  }

  private inputOf(step: Step, at: number, outputs: readonly Labels[]): Labels {
    const referred = refsOf(step, at).flatMap((ref) => [...outputs[ref]!]);
    const isBare = referred !== undefined && step.shape === "bare" && refsOf(step, at).length > 0;
    const key = step.kind === "call" ? [] : this.context;
    if (step.kind === "read") return join(key);
    return join(referred, key, isBare ? [] : this.context);
  }

  private outputOf(step: Step, input: Labels, at: number): Labels {
    if (step.kind === "read") return join(input, this.state.get(step.key) ?? []);
    if (step.kind === "write") {
      this.state.set(step.key, input);
      return input;
    }
    const { tool: name } = step;
    const read = name === "keep" ? (this.state.get("k") ?? []) : [];
    const off = name === "clean" ? ["a", "b"] : [];
    const all = without(join(input, SOURCES[name]!, read), off);
    if (name === "keep") this.state.set("k", all);
    if (name !== "cached") return all;
    const asked = canonicalJson(filledIn(valueOf(step, at)));
    const stored = this.cache.get(asked);
    if (stored !== undefined) return join(input, stored);
    this.cache.set(asked, all);
    return all;
  }
}

function without(labels: Labels, off: readonly string[]): Labels {
  return new Set([...labels].filter((label) => !off.includes(label)));
}

/** Steps that exist before `at`; a bare value has one of them at most. */
function refsOf({ refs, shape }: Step, at: number): readonly number[] {
  const back = refs.map((count) => at - 1 - count).filter((index) => index >= 0);
  if (shape === "literal") return [];
  return shape === "bare" ? back.slice(0, 1) : back;
}

function valueOf(step: Step, at: number): JsonValue {
  const refs = refsOf(step, at).map((ref) => `s${ref}.output`);
  switch (step.shape) {
    case "bare":
      return refs[0] === undefined ? "u" : { $ref: refs[0] };
    case "text":
      return `u${refs.map((ref) => ` \${${ref}}`).join("")}`;
    case "deep":
      return { list: refs.map((ref) => `$${ref}`), word: "u" };
    case "literal":
      return "v";
  }
}

/** A value with every output filled in: they are all 1. */
function filledIn(value: JsonValue): JsonValue {
  if (typeof value === "string") return /^\$s\d+\.output$/.test(value) ? 1 : value.replace(/\$\{s\d+\.output\}/g, "1");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(filledIn);
  if ("$ref" in value) return 1;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filledIn(member)]));
}

function actionOf(step: Step, at: number): object {
  const order = at === 0 ? {} : { dependencies: [`s${at - 1}`] };
  const value = valueOf(step, at);
  const parameters: JsonObject = step.kind === "write" ? { key: step.key, value } : { key: step.key };
  if (step.kind === "call") return call(`s${at}`, step.tool, { ...order, parameters: { x: value } });
  return { id: `s${at}`, type: `state_${step.kind}`, parameters, ...order };
}

describe("labels", () => {
  it("[EN-76] [6.4] are never lost along any path, and none is made up", async () => {
    const law = fc.asyncProperty(
      fc.array(fc.array(anyStep, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
      async (proposals) => {
        const { policy, seen } = flowProbe((name) => (name === "clean" ? ["a", "b"] : []));
        const { runtime } = testRuntime({ policy, tools: TOOLS });
        const told = new Map<string, readonly string[]>();
        runtime.subscribe(({ kind, action_id, data }) => {
          if (kind === "action_succeeded") told.set(action_id!, data["labels"] ?? []);
        });
        const session = runtime.session({ request: "nothing that is in any value" });
        const model = new Model();
        for (const steps of proposals) {
          const result = await session.execute({ actions: steps.map(actionOf) });
          expect(result.status).toBe("committed");
          const { inputs, outputs } = model.run(steps);
          for (const at of steps.keys()) {
            expect(seen[`s${at}`], `parameters of s${at}`).toEqual(sorted(inputs[at]!));
            expect(told.get(`s${at}`), `output of s${at}`).toEqual(sorted(outputs[at]!));
          }
          expect(session.labels).toEqual(sorted(model.context));
          for (const [key, labels] of model.state)
            expect(runtime.state.entry(key)?.labels ?? []).toEqual(sorted(labels));
        }
        await runtime.close();
      },
    );
    await fc.assert(law, { numRuns: 300 });
  });
});
