import { EVENT_KINDS } from "@car/ir";
import { describe, expect, it } from "vitest";
import { EVENT_EXAMPLES } from "./event-examples.js";
import { eventReference } from "./event-reference.js";
import { REPOSITORY } from "./files.js";
import { withFiles } from "./fixture.js";

describe("eventReference", () => {
  it("has every kind of event, and every field of its example", () => {
    const sections = new Map(
      eventReference(REPOSITORY)
        .split("\n### ")
        .map((text) => [text.split("\n")[0], text]),
    );
    for (const kind of EVENT_KINDS) {
      for (const field of Object.keys(EVENT_EXAMPLES[kind])) expect(sections.get(kind)).toContain(`| \`${field}\``);
      expect(sections.has(kind)).toBe(true);
    }
  });

  it("is made of types and comments: fields, whether they may be absent, values, named types", async () => {
    const text = await referenceOf(`
      /** How it went. */
      type How = /** Well. */ "good" | /** Not well. */ "bad";
      /** A place. */
      type Place = {
        /** Where it is. */
        readonly at?: readonly string[];
      };
      export interface EventDataOf {
        /** Somebody came. Or so it seems. */
        readonly proposal_admitted: {
          /** How | why. */
          readonly how: How;
          /** Where. */
          readonly place: Place;
        };
      }`);
    expect(text).toContain("- [`proposal_admitted`](#proposal_admitted): Somebody came.\n");
    expect(text).toContain("| `how` | [`How`](#how) | How \\| why. |\n| `place` | [`Place`](#place) | Where. |");
    expect(text).toContain('### How\n\nHow it went.\n\n- `"good"`: Well.\n- `"bad"`: Not well.');
    expect(text).toContain("| `at`? | `string[]` | Where it is. |");
  });

  it("is not made of a field that nobody has explained", async () => {
    const made = referenceOf(
      "export interface EventDataOf {\n/** It. */\nreadonly proposal_admitted: { readonly how: 1 } }",
    );
    await expect(made).rejects.toThrow("`how` has no doc comment");
  });
});

function referenceOf(payloads: string): Promise<string> {
  return withFiles(
    {
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, lib: ["ES2023"], types: [] } }),
      "packages/ir/src/event/event-data-of.ts": payloads,
      "packages/ir/src/event/car-event.ts":
        "export interface EventEnvelope {\n/** Its place. */\nreadonly seq: number }\n" +
        "export interface EventSeal {\n/** Its hash. */\nreadonly hash: string }",
    },
    eventReference,
  );
}
