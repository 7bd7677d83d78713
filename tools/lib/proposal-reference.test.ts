import { describe, expect, it } from "vitest";
import { REPOSITORY } from "./files.js";
import { proposalReference } from "./proposal-reference.js";

describe("proposalReference", () => {
  it(
    "has every field with its type, its comment and what it stands for when it is left out",
    { timeout: 60_000 },
    () => {
      const text = proposalReference(REPOSITORY);
      const rows = text.split("\n").filter((line) => line.startsWith("| `"));
      expect(rows).toContain(
        '| `max_retries`? | `number` | Further attempts after the first; counts only with `failure_behavior: "retry"`; the host\'s limit clamps it. Default: `3`. |',
      );
      expect(rows).toContain("| `tool` | `string` | Name of a registered tool. |");
      expect(text).toContain("| `preconditions`? | [`Precondition[]`](#precondition) |");
      for (const type of ["tool_call", "state_write", "state_read", "assertion"])
        expect(text).toContain(`### ${type}\n`);
      expect(
        rows.filter((row) => row.includes("|  |")),
        "rows without a comment",
      ).toEqual([]);
      expect(rows.filter((row) => row.startsWith("| `timeout_ms`"))).toHaveLength(1);
    },
  );
});
