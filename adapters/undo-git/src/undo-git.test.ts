import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@car/ir";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { cleanUp, emptyHome, probeContext, type TestRepository, toolNamed, worked } from "./testing/repositories.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-"));
const home = emptyHome();
let count = 0;
const fresh = (): TestRepository => worked(join(root, String(++count)));
afterAll(() => [root, home].forEach(cleanUp));

/** The parameters of the reader for one call, as the runtime fills them in. */
function scopeOf({ kit }: TestRepository, tool: string, parameters: JsonObject): JsonObject {
  const scope = toolNamed(kit, tool).schema.before?.parameters as JsonObject;
  const fill = (text: string): unknown =>
    text.startsWith("$parameters.")
      ? parameters[text.slice(12)]
      : text.replace(/\$\{parameters\.(\w+)\}/g, (_, name: string) => JSON.stringify(parameters[name]).slice(1, -1));
  return JSON.parse(JSON.stringify(scope), (_, value: unknown) =>
    typeof value === "string" ? fill(value) : value,
  ) as JsonObject;
}

const CALLS: readonly (readonly [string, JsonObject])[] = [
  ["git_commit", { message: "staged" }],
  ["git_commit", { message: "all", all: true }],
  ["git_commit", { message: "some", paths: ["new file.txt"] }],
  ["git_branch", { name: "topic", at: "HEAD~1" }],
  ["git_delete_branch", { name: "other" }],
  ["git_tag", { name: "v1" }],
  ["git_tag", { name: "v1", message: "first" }],
  ["git_checkout", { ref: "other" }],
  ["git_checkout", { ref: "HEAD~1" }],
  ["git_checkout", { ref: "topic", create: true }],
  ["git_stash", { include_untracked: false }],
  ["git_stash", { include_untracked: true, message: "later" }],
];

describe("a call and its undo", () => {
  it.each(CALLS)("[UG-1] %s %j leaves everything as it was, and can be undone twice", async (tool, parameters) => {
    const repository = fresh();
    const before = repository.snapshot();
    const image = await repository.call("git_image", scopeOf(repository, tool, parameters));
    await repository.call(tool, parameters);
    expect(repository.snapshot()).not.toEqual(before);
    const after = await repository.call("git_image", scopeOf(repository, tool, parameters));
    expect(after).not.toEqual(image);

    await repository.call("git_restore", { image });
    expect(repository.snapshot()).toEqual(before);
    expect(await repository.call("git_image", scopeOf(repository, tool, parameters))).toEqual(image);
    await repository.call("git_restore", { image });
    expect(repository.snapshot()).toEqual(before);
    expect(repository.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it.each(CALLS)("[UG-5] %s %j: its probe knows", async (tool, parameters) => {
    const repository = fresh();
    const image = await repository.call("git_image", scopeOf(repository, tool, parameters));
    const { probe } = toolNamed(repository.kit, tool);
    const key = "f".repeat(64);
    expect(await probe?.(parameters, probeContext(key, image))).toEqual({ happened: false });
    const output = await repository.call(tool, parameters, key);
    // A name that depends on where HEAD is means something else now.
    const known = parameters["ref"] === "HEAD~1" ? undefined : { happened: true, output };
    expect(await probe?.(parameters, probeContext(key, image))).toEqual(known);
  });
});

const NAMES = fc.constantFrom("other", "topic", "x/y", "v1");
const ANY_CALL: fc.Arbitrary<readonly [string, JsonObject]> = fc.oneof(
  fc.tuple(
    fc.constant("git_commit"),
    fc.constantFrom({ message: "m" }, { message: "m", all: true }, { message: "m", paths: ["d"] }),
  ),
  fc.tuple(fc.constantFrom("git_branch", "git_tag", "git_delete_branch"), fc.record({ name: NAMES })),
  fc.tuple(
    fc.constant("git_checkout"),
    fc.oneof(fc.record({ ref: NAMES }), fc.record({ ref: NAMES, create: fc.constant(true) })),
  ),
  fc.tuple(fc.constant("git_stash"), fc.record({ include_untracked: fc.boolean() })),
);

describe("calls in any order", () => {
  it("[UG-1] undone in reverse leave everything as it was, whatever fails between them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(ANY_CALL, fc.constantFrom("a.txt", "d/b.txt", "d/new", "z")), { maxLength: 6 }),
        async (calls) => {
          const repository = fresh();
          const undo: (readonly [image: JsonObject, before: unknown])[] = [];
          for (const [[tool, parameters], file] of calls) {
            const before = repository.snapshot();
            const image = (await repository.call("git_image", scopeOf(repository, tool, parameters))) as JsonObject;
            const failure: unknown = await repository.call(tool, parameters).then(
              () => undefined,
              (error: unknown) => error,
            );
            if (failure !== undefined) {
              expect(failure).toMatchObject({
                class: expect.stringMatching(/^(invalid|denied|not_found)$/) as unknown,
              });
              expect(repository.snapshot()).toEqual(before);
            } else {
              undo.push([image, before]);
            }
            if (repository.read(file) === undefined && undo.length === 0) repository.write(file, `${tool}\n`);
          }
          for (const [image, before] of undo.reverse()) {
            await repository.call("git_restore", { image });
            expect(repository.snapshot()).toEqual(before);
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
