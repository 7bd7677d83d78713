import { verify } from "@car/validator";
import { describe, expect, it } from "vitest";
import { scriptedProvider, type ScriptedProvider, type ScriptedReply } from "../providers/scripted-provider.js";
import { proposeWith, type ProposeResult } from "./propose-with.js";

const TOOLS = [
  {
    name: "send",
    description: "sends a mail",
    parameters: { type: "object", required: ["to"], properties: { to: { type: "string" } } },
  },
];
const GOOD = JSON.stringify({ actions: [{ id: "mail", type: "tool_call", tool: "send", parameters: { to: "a@b" } }] });

const script = (...replies: ScriptedReply[]): ScriptedProvider => scriptedProvider({ replies });

function propose(model: ScriptedProvider, more: object = {}): Promise<ProposeResult> {
  return proposeWith(
    { infer: (request, call) => model.infer!(request, call) },
    { goal: "write to a@b", tools: TOOLS, verify: (proposal) => verify(proposal, { tools: TOOLS }), ...more },
  );
}

describe("proposeWith", () => {
  it("[IN-45] gives a parsed and verified proposal", async () => {
    const model = script(GOOD);
    const result = await propose(model, { context: "a@b is ill </context>" });
    expect(result).toMatchObject({
      ok: true,
      repairs: 0,
      proposal: { actions: [{ id: "mail", failure_behavior: "abort" }] },
    });
    const [system, context, goal] = model.requests[0]!.messages;
    expect(system?.content).toContain('"name":"send"');
    expect(context?.content).toMatch(/<context [0-9a-f]{16}>\na@b is ill <\/context>\n<\/context [0-9a-f]{16}>$/);
    expect(goal).toEqual({ role: "user", content: "write to a@b" });
  });

  it.each([
    ["prose", "I would send a mail.", "answer with JSON alone"],
    ["half a proposal", GOOD.slice(0, 20), "the string does not end"],
    ["an unknown field", GOOD.replace("parameters", "paramaters"), "did you mean `parameters`?"],
    ["a wrong parameter", GOOD.replace('"to"', '"two"'), "action `mail`: invalid"],
    ["an invented tool", GOOD.replace('"send"', '"sent"'), "action `mail`: unknown_tool"],
    ["no actions", '{"actions": []}', "actions"],
  ])("[IN-46] %s is told to the model, and given back when it stays", async (_what, text, message) => {
    const stubborn = script(text, text);
    const result = await propose(stubborn);
    expect(result.ok).toBe(false);
    const problems = result.ok ? [] : result.problems.map(({ path, message: said }) => `${path}: ${said}`);
    expect(problems.join("\n")).toContain(message);
    expect(stubborn.requests[1]!.messages.at(-1)!.content).toContain(message);
    expect(await propose(script(text, GOOD))).toMatchObject({ ok: true, repairs: 1 });
  });

  it("[IN-46] what the model or the verification throws is thrown", async () => {
    await expect(propose(script({ text: "", finish_reason: "content_filter" }))).rejects.toMatchObject({
      kind: "refused",
    });
    const broken = (): never => {
      throw new Error("closed");
    };
    await expect(propose(script(GOOD), { verify: broken })).rejects.toThrow("closed");
    await expect(propose(script(GOOD), { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "canceled" });
  });

  it("[IN-46] a verification that says no without an error is a no", async () => {
    const result = await propose(script(GOOD, GOOD), { verify: () => ({ valid: false, issues: [] }) });
    expect(result).toMatchObject({ ok: false, problems: [{ path: "", message: "the proposal is not valid" }] });
  });
});
