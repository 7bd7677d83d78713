import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withFullDisk, withSteps } from "./testing/stopped-disk.js";
import { asOrdinaryUser, temporaryPaths, Workshop } from "./testing/workshop.js";

// Where waiting for the disk takes no time, if there is such a place.
const fresh = temporaryPaths(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
const NAMES = ["a", "b", "d", "d/a", "d/e", "d/e/a", "d/e/b", "l", "l/a", "x/y/z"];
const LARGE = "large ".repeat(20_000);

const path = fc.constantFrom(...NAMES);
const content = fc.constantFrom("", "one", "two", LARGE);
const mode = fc.constantFrom("600", "755", "500");
const anyCall = fc.oneof(
  fc.record({ path, content }).map((parameters) => ["fs_write", parameters] as const),
  fc.record({ path, content, mode }).map((parameters) => ["fs_write", parameters] as const),
  fc.record({ path, content }).map((parameters) => ["fs_append", parameters] as const),
  fc.record({ from: path, to: path }).map((parameters) => ["fs_move", parameters] as const),
  fc.record({ from: path, to: path }).map((parameters) => ["fs_copy", parameters] as const),
  fc.record({ path }).map((parameters) => ["fs_delete", parameters] as const),
  fc.record({ path }).map((parameters) => ["fs_mkdir", parameters] as const),
  fc.record({ path, mode }).map((parameters) => ["fs_chmod", parameters] as const),
);

const anybody = <T>(body: () => Promise<T>): Promise<T> => body();

function workshop(): Workshop {
  const shop = new Workshop(fresh());
  mkdirSync(shop.at("d/e"), { recursive: true });
  for (const name of ["a", "d/a", "d/e/a"]) writeFileSync(shop.at(name), name);
  writeFileSync(shop.at("d/e/b"), LARGE);
  chmodSync(shop.at("d/e"), 0o2750);
  symlinkSync("d", shop.at("l"));
  return shop;
}

describe("law", () => {
  it.each([anybody, asOrdinaryUser])(
    "[UF-9] any calls, undone in the other order, leave everything as it was (%o)",
    (as) =>
      as(() =>
        fc.assert(
          fc.asyncProperty(fc.array(anyCall, { minLength: 1, maxLength: 12 }), async (calls) => {
            const shop = workshop();
            const before = shop.snapshot();
            const undos: (() => Promise<unknown>)[] = [];
            for (const [name, parameters] of calls)
              await tried(async () => undos.push(await shop.callWithUndo(name, parameters)));
            for (const undo of undos.reverse()) await undo();
            expect(shop.snapshot()).toBe(before);
            expect(shop.stored().staged).toEqual([]);
          }),
          { numRuns: 75 },
        ),
      ),
  );

  it("[UF-9] [UF-14] wherever a call is broken off, it has happened or has not, and its probe knows", async () => {
    for (const [name, parameters] of EACH) {
      for (let steps = 0, isOver = false; !isOver; steps++) {
        const shop = workshop();
        const before = shop.snapshot();
        const image = await shop.imageFor(name, parameters);
        isOver = await withSteps(steps, () => shop.call(name, parameters));
        const answer = await shop.probe(name, parameters, image);
        expect(answer, `${name} after ${steps} steps`).toMatchObject({ happened: shop.snapshot() !== before });
        const after = await afterOf(name, parameters);
        expect(shop.snapshot()).toBe(answer?.happened === true ? after : before);
        expect(await undoSlowly(shop, image)).toBeGreaterThan(2);
        expect(shop.snapshot()).toBe(before);
        if (isOver) expect(steps).toBeGreaterThan(1);
      }
    }
  });

  it("[UF-3] wherever the disk is full, nothing was done and nothing is left, and that is said", async () => {
    for (const [name, parameters] of EACH) {
      for (let step = 0, isOver = false; !isOver; step++) {
        const shop = workshop();
        const before = shop.snapshot();
        let failure: { class: string; message: string } | undefined;
        isOver = !(await withFullDisk(step, async () => {
          failure = await shop.call(name, parameters).then(() => undefined, toFailure);
        }));
        // The last step but one makes it appear; what fails after it has happened, and does not say that it has not.
        const hasHappened = shop.snapshot() !== before;
        if (failure?.class === "transient") expect(failure.message).toContain("the disk is full; nothing was done");
        else if (failure !== undefined) expect(failure.message).toContain("it was done");
        expect(hasHappened, `${name} ${step} ${failure?.message}`).toBe(failure?.class !== "transient");
        expect(shop.stored().staged).toEqual([]);
      }
    }
  });

  it("[UF-3] when the disk is full while contents are stored, nothing half is stored", async () => {
    let failures = 0;
    for (let step = 0, isOver = false; !isOver; step++) {
      const shop = workshop();
      const before = shop.snapshot();
      let failure: { class: string; message: string } | undefined;
      isOver = !(await withFullDisk(step, async () => {
        failure = await shop.call("fs_image", { paths: ["d"], foreign: true }).then(() => undefined, toFailure);
      }));
      if (failure !== undefined) expect(failure).toMatchObject({ class: "transient" });
      failures += failure === undefined ? 0 : 1;
      const { contents, staged } = shop.stored();
      for (const name of contents) expect(hashOf(join(shop.store, "contents", name))).toBe(name);
      expect(staged).toEqual([]);
      expect(shop.snapshot()).toBe(before);
    }
    expect(failures).toBeGreaterThan(10);
  });
});

function toFailure(error: unknown): { class: string; message: string } {
  if (error instanceof ToolError) return { class: error.class, message: error.message };
  throw error;
}

const EACH: readonly (readonly [name: string, parameters: JsonObject])[] = [
  ["fs_write", { path: "a", content: "new" }],
  ["fs_write", { path: "d/new", content: "new", mode: "755" }],
  ["fs_append", { path: "d/e/b", content: "more" }],
  ["fs_move", { from: "d", to: "m" }],
  ["fs_copy", { from: "d", to: "c" }],
  ["fs_delete", { path: "d" }],
  ["fs_mkdir", { path: "p/q/r" }],
  ["fs_chmod", { path: "d", mode: "700" }],
];

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function tried(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof ToolError) || !["invalid", "denied", "not_found"].includes(error.class)) throw error;
  }
}

async function afterOf(name: string, parameters: JsonObject): Promise<string> {
  const shop = workshop();
  await shop.call(name, parameters);
  return shop.snapshot();
}

/** A process that is killed one step later each time, and another one that begins again. */
async function undoSlowly(shop: Workshop, image: JsonValue): Promise<number> {
  for (let steps = 0; ; steps++) {
    if (await withSteps(steps, () => shop.call("fs_restore", { image }))) return steps;
  }
}
