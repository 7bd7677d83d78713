import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { defineTool } from "@car/engine";
import { openAiFromEnv } from "@car/inference/node";
import { parseToolSchema, type ToolSchema } from "@car/ir";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { modelPlanner } from "./model-planner.js";
import { type Planner, PlannerFailedError } from "./planner.js";
import { scriptedPlanner } from "./scripted-planner.js";

let api: Server | undefined;
afterEach(() => void api?.close());

interface ApiRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content?: string; readonly tool_call_id?: string }[];
  readonly tools: readonly { readonly function: { readonly name: string } }[];
}

const TOOLS: readonly ToolSchema[] = [
  tool("edit", { tool: "unedit" }),
  tool("unedit"),
  tool("run_tests", { tool: "unedit" }),
  tool("push"),
];

function tool(name: string, compensation?: { tool: string }): ToolSchema {
  const execute = (): null => null;
  const extra = compensation === undefined ? {} : { compensation, reversibility: "compensable" as const };
  return parseToolSchema(defineTool({ name, parameters: z.strictObject({}), execute, ...extra }).schema);
}

/** A planner on an endpoint that gives these answers, and what the endpoint was asked. */
async function plannerOn(answers: readonly [status: number, body: unknown][]): Promise<[Planner, ApiRequest[]]> {
  const asked: ApiRequest[] = [];
  api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()) as ApiRequest);
      const [status, body] = answers[asked.length - 1] ?? [500, "no more answers"];
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => api?.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1/`;
  const model = openAiFromEnv({ model: "some-model", url, env: { OPENAI_API_KEY: "key" } });
  return [modelPlanner(model, { tools: () => TOOLS }, scriptedPlanner), asked];
}

function calls(...names: readonly string[]): [number, unknown] {
  const toolCalls = names.map((name) => ({
    id: `call_${name}`,
    type: "function",
    function: { name, arguments: "{}" },
  }));
  return [200, { choices: [{ message: { role: "assistant", content: null, tool_calls: toolCalls } }] }];
}

const CALLED = {
  message: { tool_calls: [{ id: "a", type: "function", function: { name: "edit", arguments: "{}" } }] },
};

describe("modelPlanner", () => {
  it("makes one plan of a message's calls, each after the one before, where any failure undoes all", async () => {
    const [planner] = await plannerOn([calls("edit", "run_tests")]);
    await expect(planner.propose({ name: "release", knowledge: "" })).resolves.toMatchObject({
      source: "model",
      actions: [
        { id: "call_edit", tool: "edit", dependencies: [], failure_behavior: "abort" },
        { id: "call_run_tests", tool: "run_tests", dependencies: ["call_edit"], failure_behavior: "abort" },
      ],
    });
  });

  it("tells the model the task, what was read, and the tools but those that only undo", async () => {
    const [planner, asked] = await plannerOn([calls("edit")]);
    await planner.propose({ name: "release", knowledge: "split.js splits" });
    expect(asked[0]?.model).toBe("some-model");
    expect(asked[0]?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(asked[0]?.messages[1]?.content).toMatch(/1m 60s[^]*split\.js splits/);
    expect(asked[0]?.tools.map(({ function: { name } }) => name)).toEqual(["edit", "run_tests", "push"]);
  });

  it("lets no call wait for one that cannot be undone", async () => {
    const [planner] = await plannerOn([calls("edit", "push", "run_tests")]);
    const plan = await planner.propose({ name: "release", knowledge: "" });
    expect(plan).toMatchObject({
      actions: [
        { id: "call_edit" },
        { dependencies: ["call_edit"] },
        { tool: "run_tests", dependencies: ["call_edit"] },
      ],
    });
  });

  it("answers the model's calls with what became of them", async () => {
    const [planner, asked] = await plannerOn([calls("edit", "run_tests"), calls("edit")]);
    await planner.propose({ name: "release", knowledge: "" });
    await planner.propose({ name: "release", knowledge: "", feedback: "a test failed" });
    expect(asked[1]?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "tool"]);
    expect(asked[1]?.messages[3]).toEqual({ role: "tool", tool_call_id: "call_edit", content: "a test failed" });
  });

  it("leaves the other plans to the script", async () => {
    const [planner, asked] = await plannerOn([]);
    const request = { name: "survey", knowledge: "" } as const;
    expect(await planner.propose(request)).toBe(await scriptedPlanner.propose(request));
    expect(asked).toEqual([]);
  });

  it.each([
    ["an error", [401, "no such key"], /HTTP 401: no such key/],
    ["no JSON", [200, "<html>"], /not the JSON of this API/],
    ["another API", [200, { output: [] }], /no choices/],
    ["half a plan", [200, { choices: [{ ...CALLED, finish_reason: "length" }] }], /not whole \(length\)/],
    ["text", [200, { choices: [{ message: { content: "I cannot." } }] }], /called no tool; it said: I cannot\./],
  ] as const)("fails when the endpoint answers with %s", async (_what, answer, message) => {
    const [planner] = await plannerOn([[...answer]]);
    const failure = await planner.propose({ name: "release", knowledge: "" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlannerFailedError);
    expect((failure as Error).message).toMatch(message);
  });
});
