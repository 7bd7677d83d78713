import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { readModelJson } from "./read-model-json.js";

const RULES = { maxDepth: 64 };
const ONE = '{"n":1}';

describe("readModelJson", () => {
  it.each([
    ["alone", ONE],
    ["with a byte order mark and odd spaces", `\ufeff\u00a0${ONE}\u2003\n`],
    ["in a fence", `\`\`\`json\n${ONE}\n\`\`\``],
    ["in a fence without a language", `\`\`\`\r\n${ONE}\r\n\`\`\``],
    ["in tildes", `~~~JSON\n${ONE}\n~~~`],
    ["in a long fence around a short one", `\`\`\`\`json\n{"n":1,"s":"\`\`\`"}\n\`\`\`\``],
    ["in a fence of another name", `\`\`\`jsonc\n${ONE}\n\`\`\``],
    ["in an indented fence, with words around it", `Here it is:\n  \`\`\`json\n  ${ONE}\n  \`\`\`\nAnything else?`],
    ["beside a block that is no JSON", `\`\`\`sh\nls\n\`\`\`\nthen\n\`\`\`json\n${ONE}\n\`\`\``],
    ["after thoughts that hold JSON", `<think>\nmaybe {"n":2}?\n</think>\n\n${ONE}`],
    ["after thoughts, twice", `<thinking>a</thinking> <reasoning>b</reasoning>${ONE}`],
    ["after thoughts that the prompt has begun", `so it is {"n":3}.</think>${ONE}`],
    ["after thoughts, in a fence", `<think>hm</think>\n\`\`\`json\n${ONE}\n\`\`\``],
    ["said twice", `${ONE}\n\nSo the answer is ${ONE}.`],
    ["with words around it", `Sure [1]. Use {name}: ${ONE}\n\nLet me know [if](x) you need more.`],
    ["in a fence that does not end", `\`\`\`json\n${ONE}`],
    ["in a fence on one line", `\`\`\`json ${ONE} \`\`\``],
    ["before a bracket that opens and does not close", `${ONE} and so on [`],
  ])("[IR-72] reads one object %s", (_how, text) => {
    expect(readModelJson(text, RULES)).toEqual({ value: expect.objectContaining({ n: 1 }) as unknown });
  });

  it.each([
    ["nothing", " \n", "it is empty"],
    ["thoughts alone", "<think>so", "it has thoughts and nothing after them"],
    ["two objects", `${ONE} or {"n":2}`, "it has 2 objects of JSON, and which of them is meant is not certain"],
    [
      "two blocks",
      `\`\`\`json\n1\n\`\`\`\n\`\`\`json\n2\n\`\`\``,
      "it has 2 blocks of JSON, and which of them is meant is not certain",
    ],
    [
      "an object that breaks off",
      `Here: {"a":{"n":1}`,
      "it is not JSON: the text ends too early at character 19 of 18",
    ],
    [
      "a broken block",
      '```json\n{"n":1,}\n```',
      "a block that says it is JSON is not: expected a name in double quotes, got `}` at character 8 of it",
    ],
    ["quotes of Python", "{'n': 1}", "it is not JSON: expected a name in double quotes, got `'` at character 2 of 8"],
    ["words", "I cannot do that.", "it is not JSON: expected a value, got `I` at character 1 of 17"],
  ])("[IR-72] refuses %s", (_what, text, problem) => {
    expect(readModelJson(text, RULES)).toEqual({ problem });
  });

  it("[IR-70] [IR-72] refuses an integer that would lose digits, and says that it is that", () => {
    expect(readModelJson('{"n":9007199254740993}', RULES)).toEqual({
      problem:
        "the integer 9007199254740993 has more digits than a number keeps: write it as text, at character 6 of 22",
      losesDigits: true,
    });
  });

  it("[IR-70] keeps such an integer as text where that is asked for", () => {
    const rules = { ...RULES, unsafeIntegers: "string" } as const;
    expect(readModelJson('x ```{"n":9007199254740993}```', rules)).toEqual({ value: { n: "9007199254740993" } });
  });

  it("[IR-72] gives the value of any JSON, alone and between words", () => {
    const law = fc.property(anyJson, (value) => {
      const text = JSON.stringify(value);
      expect(readModelJson(text, RULES)).toEqual({ value: JSON.parse(text) as unknown });
      if (typeof value !== "object" || value === null || Array.isArray(value)) return;
      expect(readModelJson(`It is ${text}, I think.`, RULES)).toEqual({ value: JSON.parse(text) as unknown });
    });
    fc.assert(law, LAW);
  });

  it("[IR-72] never takes a part of what breaks off", () => {
    const law = fc.property(fc.object({ maxDepth: 3 }), fc.nat(), (value, cut) => {
      const text = JSON.stringify({ a: value, b: 1 });
      expect(readModelJson(`So: ${text.slice(0, 1 + (cut % (text.length - 1)))}`, RULES)).toHaveProperty("problem");
    });
    fc.assert(law, LAW);
  });

  it.each([
    ["brackets", "[".repeat(1_000_000)],
    ["braces", '{"'.repeat(500_000)],
    ["strings", '["'.repeat(500_000)],
    ["lists", `x${"[1] ".repeat(250_000)}`],
    ["fences", "```json\n".repeat(100_000)],
    ["thoughts", "<think>".repeat(100_000)],
    ["ends of thoughts", "</think>".repeat(100_000)],
    ["spaces", `<think>${" ".repeat(1_000_000)}{`],
  ])("[IR-72] takes no more time than a text of %s is long", (_of, text) => {
    const start = performance.now();
    readModelJson(text, RULES);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it.each([
    [': {"path":"/"}}', "its beginning was lost"],
    ['"a": {"n":1}, "b": 2}', "its beginning was lost"],
    ['[x, {"n":1}]', "what is around it is no JSON"],
    ["{'a': {\"n\":1}}", "what is around it is no JSON"],
    ['{"n":1}}', "a bracket closes nothing"],
    ['```json\n{"html":"</think>","y":{"n":1}}\n```', "it looks as if thoughts ended in it"],
  ])("[IR-72] takes no part for the whole: %s, %s", (text) => {
    expect(readModelJson(text, RULES)).toEqual({ problem: expect.stringContaining("is a part of") as unknown });
  });
});
