import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRuntime, type RuntimeOptions } from "@car/engine";
import { memoryEventLog } from "@car/eventlog";
import { type JsonObject, payloadOf, type ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { temporaryPaths, Workshop } from "./testing/workshop.js";

const fresh = temporaryPaths();
type Call = readonly [tool: string, parameters: JsonObject];
const SPOIL: Call = ["spoil", {}];

/** A tool that fails after it has done something in the world. */
function spoil(body: () => void = () => undefined): Tool {
  return {
    schema: { name: "spoil", reversibility: "reversible" },
    execute: () => {
      body();
      throw new Error("spoilt");
    },
  };
}

/** Runs calls one after the other; gives the result, and why compensations failed. */
async function run(tools: readonly Tool[], calls: readonly Call[], options: RuntimeOptions = {}) {
  const eventLog = memoryEventLog();
  const runtime = createRuntime({ eventLog, tools, ...options });
  const actions = calls.map(([tool, parameters], index) => ({
    id: `a${index}`,
    type: "tool_call" as const,
    tool,
    parameters,
    dependencies: index === 0 ? [] : [`a${index - 1}`],
  }));
  const result = await runtime.execute({ actions });
  const failed: { code: string; message: string }[] = [];
  for await (const event of eventLog.read())
    if (event.kind === "compensation_failed") failed.push(payloadOf(event).reason);
  await runtime.close();
  return { result, failed };
}

const outcome = ({ status, external_effects }: ProposalResult): readonly string[] => [status, external_effects];

describe("in a runtime", () => {
  it("[UF-18] a batch is undone as a whole, and says that nothing is left", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/f"), "1");
    const before = shop.snapshot();
    const calls: readonly Call[] = [
      ["fs_write", { path: "d/f", content: "2" }],
      ["fs_append", { path: "d/f", content: "3" }],
      ["fs_copy", { from: "d", to: "e" }],
      ["fs_move", { from: "d", to: "e/d" }],
      ["fs_chmod", { path: "e/d/f", mode: "600" }],
      ["fs_mkdir", { path: "x/y" }],
      ["fs_delete", { path: "e" }],
    ];
    const committed = await run(shop.kit.tools, calls.slice(0, -1));
    expect(outcome(committed.result)).toEqual(["committed", "none"]);
    expect(shop.snapshot()).toBe('e 755 /\ne/d 755 /\ne/d/f 600 "23"\ne/f 644 "23"\nx 755 /\nx/y 755 /');
    rmSync(shop.root, { recursive: true });
    mkdirSync(shop.at("d"), { recursive: true });
    writeFileSync(shop.at("d/f"), "1");
    const undone = await run([...shop.kit.tools, spoil()], [...calls, SPOIL]);
    expect([...outcome(undone.result), undone.failed]).toEqual(["rolled_back", "none", []]);
    expect(shop.snapshot()).toBe(before);
  });

  it("[UF-18] what somebody has changed after the call is not overwritten, and named", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "1");
    writeFileSync(shop.at("b"), "1");
    const foreign = spoil(() => writeFileSync(shop.at("a"), "foreign"));
    const { result, failed } = await run(
      [...shop.kit.tools, foreign],
      [["fs_write", { path: "a", content: "2" }], ["fs_write", { path: "b", content: "2" }], SPOIL],
    );
    expect(outcome(result)).toEqual(["rolled_back", "remain"]);
    expect(failed).toEqual([expect.objectContaining({ code: "conflict" })]);
    expect(shop.snapshot()).toBe('a 644 "foreign"\nb 644 "1"');
  });

  it("[UF-19] a call does nothing when something has come between its image and itself", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "1");
    const tools = shop.kit.tools.map((tool) =>
      tool.schema.name === "fs_image" ? before(tool, () => "foreign") : tool,
    );
    const { result } = await run(tools, [["fs_write", { path: "a", content: "2" }]]);
    expect(result.results[0]).toMatchObject({ status: "failed", reason: { class: "transient" } });
    expect(result.results[0]?.error).toContain("changed since the before-image was read; nothing was done");
    expect([...outcome(result), shop.snapshot()]).toEqual(["rolled_back", "none", 'a 644 "foreign"']);

    function before(reader: Tool, text: () => string): Tool {
      return {
        ...reader,
        execute: async (...args) => {
          const image = await reader.execute?.(...args);
          writeFileSync(shop.at("a"), text());
          return image;
        },
      };
    }
  });

  it("[UF-19] a run does not undo what another one has committed since its image", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "1");
    const runs = Array.from({ length: 8 }, (_, index) =>
      run(
        [...shop.kit.tools, spoil()],
        [["fs_append", { path: "a", content: `${index}` }], ...(index % 2 ? [SPOIL] : [])],
      ),
    );
    const results = (await Promise.all(runs)).map(({ result }) => result);
    const text = readFileSync(shop.at("a"), "utf8");
    for (const [index, { status, external_effects }] of results.entries()) {
      if (status === "committed") expect(text).toContain(String(index));
      else if (external_effects === "none") expect(text.slice(1)).not.toContain(String(index));
    }
  });

  it("[UF-6] a call whose image would be too large is refused before it is made", async () => {
    const shop = new Workshop(fresh(), { maxImageBytes: 3 });
    writeFileSync(shop.at("a"), "1234");
    const { result } = await run(shop.kit.tools, [["fs_delete", { path: "a" }]]);
    expect(result.results[0]).toMatchObject({ status: "rejected", attempts: 0 });
    expect(result.results[0]?.error).toContain("`maxImageBytes` of undoFs allows 3");
    expect(shop.snapshot()).toBe('a 644 "1234"');
  });

  it("[UF-5] how a call has left things is not stored, and copies and moves store nothing and are never too large", async () => {
    const shop = new Workshop(fresh(), { maxImageBytes: 3 });
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/a"), "12345678");
    const before = shop.snapshot();
    const calls: readonly Call[] = [
      ["fs_copy", { from: "d", to: "e" }],
      ["fs_move", { from: "d", to: "f" }],
      ["fs_write", { path: "n", content: "12345678" }],
    ];
    const { result, failed } = await run([...shop.kit.tools, spoil()], [...calls, SPOIL]);
    expect([...outcome(result), failed, shop.snapshot()]).toEqual(["rolled_back", "none", [], before]);
    expect(shop.stored()).toEqual({ contents: [], staged: [] });
  });

  it("[UF-14] a call that was given up is asked about, and undone when it has happened", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "1");
    const append = shop.kit.tools.find(({ schema }) => schema.name === "fs_append")!;
    const slow: Tool = {
      ...append,
      schema: { ...append.schema, timeout_ms: 100 },
      execute: async (...args) => {
        const output = await append.execute?.(...args);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return output;
      },
    };
    const tools = [...shop.kit.tools.filter((tool) => tool !== append), slow, spoil()];
    const calls: readonly Call[] = [["fs_append", { path: "a", content: "2" }]];
    const { result } = await run(tools, calls);
    expect([...outcome(result), result.results[0]?.output]).toEqual(["committed", "none", { path: "a", bytes: 2 }]);
    const undone = await run(tools, [...calls, SPOIL]);
    expect([...outcome(undone.result), shop.snapshot()]).toEqual(["rolled_back", "none", 'a 644 "12"']);
  });

  it("[UF-8] a file that is always being changed is not written to", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "x".repeat(20_000_000));
    const end = setInterval(() => appendFileSync(shop.at("a"), "y"), 0);
    const { result } = await run(shop.kit.tools, [["fs_write", { path: "a", content: "2" }]]);
    clearInterval(end);
    expect(result.results[0]?.error).toMatch(/was changed while it was read|changed since/);
    expect(outcome(result)).toEqual([expect.stringMatching(/rolled_back/), "none"]);
  });
});
