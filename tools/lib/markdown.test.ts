import { describe, expect, it } from "vitest";
import { fencesOf, linksOf, shellBlocksOf } from "./markdown.js";

const TEXT = [
  "# A [link](a.md) and `[no](link.md)`",
  "````md",
  "```ts",
  "[inside](b.md)",
  "```",
  "````",
  "```sh",
  "npm test",
  "```",
  "![image](c.png 'title')",
].join("\n");

describe("Markdown", () => {
  it("fencesOf finds blocks with their language and line; a shorter fence does not end a longer one", () => {
    expect(fencesOf(TEXT)).toEqual([
      { language: "md", code: "```ts\n[inside](b.md)\n```", line: 3 },
      { language: "sh", code: "npm test", line: 8 },
    ]);
  });

  it("shellBlocksOf finds the commands", () => {
    expect(shellBlocksOf(TEXT)).toEqual(["npm test"]);
  });

  it("linksOf finds links and images, but not what only looks like one inside code", () => {
    expect(linksOf(TEXT)).toEqual([
      { target: "a.md", line: 1 },
      { target: "c.png", line: 10 },
    ]);
  });
});
