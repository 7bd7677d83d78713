import { memoryStateStore } from "@car/state";
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { carCheckpointSaver } from "./car-checkpoint-saver.js";

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
  note: Annotation<string>(),
});

const step = (name: string) => (): { readonly log: string[] } => ({ log: [name] });

/** first, then left and right at once, a question to a person, last; `inner` is a graph of its own. */
const compile = (checkpointer: BaseCheckpointSaver) => {
  const inner = new StateGraph(State)
    .addNode("deep", step("deep"))
    .addEdge(START, "deep")
    .addEdge("deep", END)
    .compile();
  return new StateGraph(State)
    .addNode("first", step("first"))
    .addNode("left", step("left"))
    .addNode("right", step("right"))
    .addNode("inner", inner)
    .addNode("ask", () => ({ note: String(interrupt("ok?")), log: ["ask"] }))
    .addEdge(START, "first")
    .addEdge("first", "left")
    .addEdge("first", "right")
    .addEdge("left", "inner")
    .addEdge("inner", "ask")
    .addEdge("ask", END)
    .compile({ checkpointer });
};

type Graph = ReturnType<typeof compile>;
const CONFIG = { configurable: { thread_id: "t" } };

/** What a call answered, without the ids of its interrupts. */
const valuesOf = ({ log, note }: { readonly log: string[]; readonly note: string }): unknown => ({ log, note });

/** What can be seen of a thread's history, without ids and times. */
async function historyOf(graph: Graph): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for await (const { values, next, metadata, tasks } of graph.getStateHistory(CONFIG)) {
    seen.push({ values: values as unknown, next, step: metadata?.step, source: metadata?.source, tasks: tasks.length });
  }
  return seen;
}

/** Runs a story and says what came of it; every use of the graph is a graph made anew. */
async function story(open: () => BaseCheckpointSaver): Promise<readonly unknown[]> {
  const asked = await compile(open()).invoke({ log: ["in"] }, CONFIG);
  const resumed = await compile(open()).invoke(new Command({ resume: "yes" }), CONFIG);

  const past = [];
  for await (const state of compile(open()).getStateHistory(CONFIG)) past.push(state);
  const afterFirst = past.find(({ next }) => next.includes("left"))!;
  const forked = await compile(open()).updateState(afterFirst.config, { log: ["forked"], note: "n" });
  const again = await compile(open()).invoke(null, forked);
  const copied = await compile(open()).updateState(afterFirst.config, null, "__copy__");
  const copy = await compile(open()).getState(copied);
  const root = past[past.length - 1]!;
  const rootCopied = await compile(open()).updateState(root.config, null, "__copy__");
  const rootCopy = await compile(open()).getState(rootCopied);
  const seen: readonly unknown[] = [copy.values, copy.next, rootCopy.values, rootCopy.next];
  return [...[asked, resumed, again].map(valuesOf), ...seen, await historyOf(compile(open()))];
}

describe("a real graph", () => {
  it("[CL-1] interrupts, resumes, travels back, forks and copies as it does with LangGraph's own saver", async () => {
    const store = memoryStateStore();
    const inMemory = new MemorySaver();
    const ours = await story(() => carCheckpointSaver({ store }));
    const theirs = await story(() => inMemory);
    expect(ours).toEqual(theirs);
    expect(ours[1]).toMatchObject({
      note: "yes",
      log: expect.arrayContaining(["in", "left", "right", "deep", "ask"]) as unknown,
    });
  });

  it.each(["sync", "async", "exit"] as const)("[CL-1] ends the same with durability %s", async (durability) => {
    const store = memoryStateStore();
    const end = async (saver: BaseCheckpointSaver): Promise<unknown> => {
      await compile(saver).invoke({ log: ["in"] }, { ...CONFIG, durability });
      await compile(saver).invoke(new Command({ resume: "yes" }), { ...CONFIG, durability });
      return historyOf(compile(saver));
    };
    expect(await end(carCheckpointSaver({ store }))).toEqual(await end(new MemorySaver()));
  });
});
