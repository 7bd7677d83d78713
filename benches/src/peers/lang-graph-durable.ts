import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { noop } from "../fixtures.js";

const State = Annotation.Root({
  done: Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 }),
});

/** A chain of nodes of one no-op call each, with a checkpoint in a SQLite file after each of them. Every call is a thread of its own. */
export function langGraphChain(length: number, path: string): () => Promise<unknown> {
  // The type of a graph names its nodes one by one, and these have computed names.
  const graph = new StateGraph(State) as unknown as {
    addNode(name: string, body: () => Promise<unknown>): unknown;
    addEdge(from: string, to: string): unknown;
    compile(options: object): { invoke(input: object, options: object): Promise<unknown> };
  };
  const nodes = Array.from({ length }, (_, index) => `step${index}`);
  for (const name of nodes) graph.addNode(name, async () => ({ done: await noop() }));
  [START, ...nodes].forEach((name, index) => graph.addEdge(name, nodes[index] ?? END));
  const compiled = graph.compile({ checkpointer: SqliteSaver.fromConnString(path) });
  let threads = 0;
  return () =>
    compiled.invoke({ done: 0 }, { configurable: { thread_id: `thread-${threads++}` }, recursionLimit: length + 1 });
}
