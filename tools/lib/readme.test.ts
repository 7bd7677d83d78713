import { expect, it } from "vitest";
import { parseReadme } from "./readme.js";

it("finds the packages of the first install command and the first TypeScript block", () => {
  const readme =
    "# a\n\n    pnpm add -D @car/a zod   # why\n\n```json\n{}\n```\n```ts\nlet a;\n```\n```ts\nlet b;\n```\n";
  expect(parseReadme(readme)).toEqual({ installs: ["@car/a", "zod"], example: "let a;" });
});

it("has no installs and no example where the README has none", () => {
  expect(parseReadme("# a")).toEqual({ installs: [], example: undefined });
});
