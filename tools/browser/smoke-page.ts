import { createRuntime } from "@car/engine";

/** What this page needs of a browser's document. */
declare const document: { title: string };

const runtime = createRuntime({
  tools: [
    {
      schema: {
        name: "add",
        description: "Adds two numbers.",
        parameters: {
          type: "object",
          properties: { a: { type: "number" }, b: { type: "number" } },
          required: ["a", "b"],
        },
      },
      execute: ({ a, b }) => Number(a) + Number(b),
    },
  ],
});

const result = await runtime.execute({
  actions: [
    { id: "sum", type: "tool_call", tool: "add", parameters: { a: 1, b: 2 } },
    { id: "keep", type: "state_write", parameters: { key: "sum", value: "$sum.output" } },
  ],
});
await runtime.close();

const isRight = result.results[0]?.output === 3;
document.title = isRight ? result.status : JSON.stringify(result);
