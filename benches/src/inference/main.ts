import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRuntime } from "@car/engine";
import { createRouter, inferenceTools } from "@car/inference";
import { scriptedProvider } from "@car/inference/scripted";
import { localInference } from "@car/inference-local";

const { values } = parseArgs({ options: { json: { type: "string" }, rounds: { type: "string", default: "5" } } });
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);

const WORDS =
  "the order of lamps for our office in Graz was sent late because a new driver did not find the gate".split(" ");

/** Sentences of 8 to 15 words, no two alike. */
function sentences(count: number, seed: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const length = 8 + ((index * 7 + seed) % 8);
    const words = Array.from({ length }, (_, at) => WORDS[(index * 5 + at * 3 + seed) % WORDS.length]);
    return `${words.join(" ")} ${index + seed * 1_000}`;
  });
}

function median(times: readonly number[]): number {
  return [...times].sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0;
}

/** Median over the rounds of the time of one unit of work. */
async function timed(units: number, work: (round: number) => Promise<unknown>): Promise<number> {
  await work(0);
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const start = performance.now();
    await work(round);
    times.push((performance.now() - start) / units);
  }
  return median(times);
}

async function local(): Promise<Record<string, number>> {
  const model = localInference();
  const start = performance.now();
  await model.embed({ texts: ["warm"] });
  const load_ms = performance.now() - start;
  const labels = ["billing", "technical support", "shipping", "sports"];
  const figures = {
    load_ms,
    embed_one_ms: await timed(32, async (round) => {
      for (const text of sentences(32, round)) await model.embed({ texts: [text] });
    }),
    embed_batch_of_16_ms: await timed(64, async (round) => model.embed({ texts: sentences(64, round + 50) })),
    classify_4_labels_ms: await timed(16, async (round) => {
      for (const text of sentences(16, round + 100)) await model.classify({ text, labels });
    }),
    rss_mb: process.memoryUsage().rss / 2 ** 20,
  };
  await model.close();
  return figures;
}

const CALLS = 5_000;
const PROMPT = { messages: [{ role: "user", content: "hello" }] } as const;

/** What is added to the time of a model that answers at once. */
async function overhead(): Promise<Record<string, number>> {
  const clock = {
    now: () => performance.now(),
    setTimer: (callback: () => void, delayMs: number) => {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  const usage = { input_tokens: 10, output_tokens: 5 };
  const provider = {
    ...scriptedProvider({ replies: [] }),
    infer: async () => ({ text: "hello", usage, model: "scripted", finish_reason: "stop" }),
  };
  const router = createRouter({ providers: [provider], clock });
  const runtime = createRuntime({ tools: inferenceTools({ router }) });
  const actions = [{ id: "a", type: "tool_call", tool: "infer", parameters: { prompt: "hello" } }];
  const figures = {
    router_us: 1_000 * (await timed(CALLS, () => repeat(() => router.infer(PROMPT)))),
    infer_tool_us: 1_000 * (await timed(CALLS, () => repeat(() => runtime.execute({ actions })))),
  };
  await runtime.close();
  return figures;
}

async function repeat(work: () => Promise<unknown>): Promise<void> {
  for (let call = 0; call < CALLS; call++) await work();
}

const figures = { ...(await local()), ...(await overhead()) };
console.log(`Node ${process.version}, medians of ${rounds} rounds`);
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value.toFixed(2)}`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, ...figures }, null, 2)}\n`);
