import { Annotation, END, Send, START, StateGraph } from "@langchain/langgraph";
import { noop } from "../fixtures.js";

const State = Annotation.Root({
  done: Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 }),
});

/** A graph of one node that makes one no-op call. */
export function langGraphOne(): () => Promise<unknown> {
  const graph = new StateGraph(State)
    .addNode("call", async () => ({ done: await noop() }))
    .addEdge(START, "call")
    .addEdge("call", END)
    .compile();
  return () => graph.invoke({ done: 0 });
}

/** A graph that sends one no-op call to each of `count` workers in one step. */
export function langGraphMany(count: number): () => Promise<unknown> {
  const graph = new StateGraph(State)
    .addNode("call", async () => ({ done: await noop() }))
    .addConditionalEdges(START, () => Array.from({ length: count }, () => new Send("call", { done: 0 })))
    .addEdge("call", END)
    .compile();
  return () => graph.invoke({ done: 0 });
}
