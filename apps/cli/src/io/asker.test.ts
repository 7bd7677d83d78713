import fc from "fast-check";
import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Asker, createAsker } from "./asker.js";
import { Screen } from "./screen.js";

/** An asker whose questions are kept, and answered by `onQuestion`. */
function asked(onQuestion: (question: string, input: PassThrough) => void = () => undefined): {
  readonly asker: Asker;
  readonly input: PassThrough;
  readonly questions: readonly string[];
  readonly screen: Screen;
} {
  const questions: string[] = [];
  const input = new PassThrough();
  const write = (text: string): void => {
    if (!text.includes("?")) return;
    questions.push(text);
    onQuestion(text, input);
  };
  const screen = new Screen({ write, hasColors: false, isGone: false }, { write, hasColors: false, isGone: false });
  return { asker: createAsker(screen, input), input, questions, screen };
}

describe("questions", () => {
  it("[CLI-20] come one at a time, in the order in which they were asked", async () => {
    const { asker, input, questions } = asked();
    const answers = ["a?", "b?", "c?"].map((question) => asker.ask(question));
    await delay(150);
    expect(questions).toEqual(["a?"]);
    input.write("y\n");
    await expect(answers[0]).resolves.toBe("yes");
    await delay(150);
    expect(questions).toEqual(["a?", "b?"]);
    input.end("n\n");
    await expect(Promise.all(answers)).resolves.toEqual(["yes", "no", "nobody"]);
  });

  it("[CLI-20] are not answered by what was typed before, nor by more lines than one", async () => {
    const { asker, input } = asked();
    input.write("y\ny\n");
    const first = asker.ask("a?");
    const second = asker.ask("b?");
    await delay(150);
    input.write("y\ny\ny\n");
    await expect(first).resolves.toBe("yes");
    await delay(150);
    input.write("no\n");
    await expect(second).resolves.toBe("no");
  });

  it.each([
    ["y", "yes"],
    [" YES ", "yes"],
    ["yes\r", "yes"],
    ["", "no"],
    ["yy", "no"],
    ["yep", "no"],
    ["\u001b[Ay", "no"],
  ] as const)("[CLI-20] %j means %s", async (line, answer) => {
    const { asker } = asked((_, input) => input.write(`${line}\n`));
    await expect(asker.ask("a?")).resolves.toBe(answer);
  });

  it("[CLI-20] no other line than y or yes means yes, however it arrives", async () => {
    const anyLine = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("y", "e", "s", "Y", " ", "\t") }));
    const law = fc.asyncProperty(anyLine, fc.nat(5), async (text, cut) => {
      const line = text.replaceAll("\n", "");
      const { asker } = asked((_, input) => {
        input.write(line.slice(0, cut));
        input.write(`${line.slice(cut)}\n`);
      });
      const isYes = ["y", "yes"].includes(line.trim().toLowerCase());
      expect(await asker.ask("a?")).toBe(isYes ? "yes" : "no");
    });
    await fc.assert(law, { numRuns: 25 });
  });

  it("[CLI-20] are answered by nobody once the input has ended, at once, also by half a line", async () => {
    const { asker } = asked((_, input) => input.end("y"));
    await expect(asker.ask("a?")).resolves.toBe("nobody");
    await expect(asker.ask("b?")).resolves.toBe("nobody");
  });

  it("[CLI-21] are given up when the run is canceled", async () => {
    const controller = new AbortController();
    const { asker, input } = asked(() => controller.abort());
    await expect(asker.ask("a?", controller.signal)).resolves.toBe("nobody");
    await expect(asker.ask("b?", controller.signal)).resolves.toBe("nobody");
    asker.close();
    expect(input.listenerCount("data")).toBe(0);
  });

  it("[CLI-20] what is written meanwhile waits for the answer", async () => {
    const { asker, input, questions, screen } = asked();
    const answer = asker.ask("a?");
    await delay(150);
    screen.write("out", "is this a line?\n");
    expect(questions).toEqual(["a?"]);
    input.write("y\n");
    await answer;
    expect(questions).toEqual(["a?", "is this a line?\n"]);
  });
});
