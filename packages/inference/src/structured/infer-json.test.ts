import type { AnswerInvalidError } from "@car/ir";
import { createSchemaCompiler } from "@car/validator";
import { describe, expect, it } from "vitest";
import { scriptedProvider, type ScriptedProvider, type ScriptedReply } from "../providers/scripted-provider.js";
import { inferJson, type JsonAnswer } from "./infer-json.js";

const SCHEMA = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
const usage = { input_tokens: 2, output_tokens: 1 };

const say = (text: string, more: object = {}): ScriptedReply => ({ text, usage, ...more });

function ask(model: ScriptedProvider, more: object = {}): Promise<JsonAnswer> {
  const request = { messages: [{ role: "user" as const, content: "count" }] };
  return inferJson(
    { infer: (question, call) => model.infer!(question, call) },
    { request, schema: SCHEMA, compiler: createSchemaCompiler(), ...more },
  );
}

const script = (...replies: ScriptedReply[]): ScriptedProvider => scriptedProvider({ replies });

async function failureOf(answer: Promise<unknown>): Promise<AnswerInvalidError> {
  return (await answer.catch((error: unknown) => error)) as AnswerInvalidError;
}

describe("inferJson", () => {
  it.each([
    '{"n": 1}',
    ' \n{"n": 1}\n',
    '```json\n{"n": 1}\n```',
    '~~~\n{"n": 1}\n~~~',
    '<think>{"n": 2}?</think>{"n": 1}',
    'Here you are: {"n": 1}',
    JSON.stringify('{"n": 1}'),
  ])("[IN-40] takes the value of %j", async (text) => {
    const model = script(say(text));
    expect(await ask(model)).toMatchObject({ value: { n: 1 }, repairs: 0, usage });
    expect(model.requests[0]?.response_format).toEqual(SCHEMA);
  });

  it.each([
    ["prose", "Sure! There are three.", "answer with JSON alone"],
    ["two answers", '{"n": 1} or {"n": 2}', "which of them is meant is not certain"],
    ["thoughts without an answer", '<think>{"n": 1}', "it has thoughts and nothing after them"],
    ["digits that would be lost", '{"n": 9007199254740993}', "at character 7 of 23"],
    ["half a JSON", '{"n": ', "the text ends too early"],
    ["nothing", "", "it is empty"],
    ["another form", '{"n": "one"}', "/n: "],
    ["too deep", "[".repeat(100) + "]".repeat(100), "nested deeper than 64 levels"],
    ["too long", `{"n": 1, "x": "${"x".repeat(500_000)}"}`, "at most 400000 are read"],
  ])("[IN-41] %s is told to the model once, then it is a typed failure", async (_what, text, message) => {
    const model = script(say(text), say(text));
    const error = await failureOf(ask(model));
    expect(error).toMatchObject({
      code: "CAR_INFERENCE_ANSWER_INVALID",
      model: "scripted",
      usage: { input_tokens: 4, output_tokens: 2 },
    });
    expect(error.message).toContain(message);
    expect(error.text.length).toBeLessThanOrEqual(2_000);
    expect(model.requests).toHaveLength(2);
    const told = model.requests[1]!.messages.at(-1)!.content;
    expect(told).toContain(message);
    expect(JSON.stringify(model.requests[1]).length).toBeLessThan(10_000);
  });

  it("[IN-41] a corrected answer is taken, and both rounds are counted", async () => {
    const model = script(say("three"), say('{"n": 3}'));
    expect(await ask(model)).toMatchObject({
      value: { n: 3 },
      repairs: 1,
      usage: { input_tokens: 4, output_tokens: 2 },
    });
    expect(model.requests[1]).toMatchObject({ model: "scripted" });
  });

  it("[IN-41] rounds are bounded, and there may be none", async () => {
    const none = script(say("no"));
    await failureOf(ask(none, { maxRepairs: 0 }));
    expect(none.requests).toHaveLength(1);
    const many = script(...Array<ScriptedReply>(9).fill(say("no")));
    await failureOf(ask(many, { maxRepairs: 1_000 }));
    expect(many.requests).toHaveLength(4);
  });

  it("[IN-12] 5 MB are a bad answer before anything is parsed", async () => {
    await expect(ask(script(say("x".repeat(5_000_000))))).rejects.toMatchObject({ kind: "bad_answer" });
  });

  it("[IN-42] a refusal is not argued with", async () => {
    const model = script(say("I will not.", { finish_reason: "content_filter" }));
    await expect(ask(model)).rejects.toMatchObject({ code: "CAR_INFERENCE_FAILED", kind: "refused" });
    expect(model.requests).toHaveLength(1);
  });

  it("[IN-41] an answer cut short says so", async () => {
    const cut = say('{"n": ', { finish_reason: "length" });
    expect((await failureOf(ask(script(cut, cut)))).message).toContain("cut short by its token limit");
  });

  it("[IN-40] a schema that is none fails before anything is asked", async () => {
    const model = script();
    await expect(ask(model, { schema: { type: "nonsense" } })).rejects.toMatchObject({ code: "CAR_SCHEMA_INVALID" });
    expect(model.requests).toEqual([]);
  });
});
