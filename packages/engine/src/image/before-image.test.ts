import { collectEvents } from "@car/conformance/internal";
import { type CarEvent, payloadOf, type ProposalInput, ToolError, ToolInvalidError } from "@car/ir";
import type { PolicyEngine, Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;

/** Files by name, and the three tools that a host needs to let somebody write them. */
class Disk {
  readonly files = new Map<string, string>([["a", "old"]]);
  readonly calls: string[] = [];

  tools(schema: object = {}, more: Partial<Tool> = {}): Tool[] {
    return [
      {
        schema: {
          name: "write",
          reversibility: "compensable",
          before: { tool: "look", parameters: { name: "$parameters.name" } },
          compensation: { tool: "restore", parameters: { name: "$parameters.name", text: "$before.text" } },
          ...schema,
        },
        execute: ({ name, text }) => {
          this.calls.push(`write ${name as string}`);
          this.files.set(name as string, text as string);
          return null;
        },
        ...more,
      },
      tool("look", ({ name }) => this.look(name as string), FREE),
      tool("restore", ({ name, text }) => this.restore(name as string, text as string | null), {
        ...FREE,
        idempotent: true,
      }),
      tool("bad", () => Promise.reject(new Error("broken")), FREE),
      tool("mail", () => void this.calls.push("mail"), {}),
    ];
  }

  look(name: string): { readonly text: string | null } {
    this.calls.push(`look ${name}`);
    return { text: this.files.get(name) ?? null };
  }

  private restore(name: string, text: string | null): null {
    this.calls.push(`restore ${name}`);
    if (text === null) this.files.delete(name);
    else this.files.set(name, text);
    return null;
  }

  get all(): Record<string, string> {
    return Object.fromEntries(this.files);
  }
}

const WRITE = call("w", "write", { parameters: { name: "a", text: "new" } });
const FAILS = call("f", "bad", { dependencies: ["w"] });
const BROKEN: ProposalInput = { actions: [WRITE, FAILS] };

async function run(tools: Tool[], proposal = BROKEN, options: RuntimeOptions = {}) {
  const made = testRuntime({ ...options, tools });
  const running = made.runtime.execute(proposal);
  await made.clock.advanceAsync(1_000);
  const result = await running;
  const events = await collectEvents(made.runtime.eventLog);
  const replayed = await replayRuns(events);
  expect([replayed.divergences, replayed.skipped]).toEqual([[], []]);
  return { result, events, kinds: made.kinds };
}

const images = (events: readonly CarEvent[]) =>
  events.flatMap((event) => (event.kind === "image_read" ? [payloadOf(event)] : []));

describe("a before-image", () => {
  it("[EN-140] [5.2] undoes what nobody wrote a way to undo, new things and changed ones", async () => {
    const disk = new Disk();
    const { result, events } = await run(disk.tools(), {
      actions: [
        WRITE,
        call("n", "write", { parameters: { name: "b", text: "new" } }),
        { ...FAILS, dependencies: ["w", "n"] },
      ],
    });
    expect([result.status, result.external_effects, disk.all]).toEqual(["rolled_back", "none", { a: "old" }]);
    expect(result.results.map(({ compensated }) => compensated)).toEqual([true, true, undefined]);
    expect(images(events).map(({ when, tool, parameters, output }) => [when, tool, parameters, output])).toEqual([
      ["before", "look", { name: "a" }, { text: "old" }],
      ["before", "look", { name: "b" }, { text: null }],
    ]);
  });

  it("[EN-140] [7.3] is in the log before the call, and is read once for all attempts", async () => {
    const disk = new Disk();
    let tries = 0;
    const { result, kinds } = await run(
      disk.tools(
        { idempotent: true },
        {
          execute: ({ name }) => {
            disk.files.set(name as string, `try ${++tries}`);
            if (tries < 3) throw new ToolError("try again", { class: "transient", retryAfterMs: 0 });
            return null;
          },
        },
      ),
      { actions: [{ ...WRITE, failure_behavior: "retry" }, FAILS] },
      { random: () => 0 },
    );
    expect([result.status, tries, disk.all]).toEqual(["rolled_back", 3, { a: "old" }]);
    const own = kinds.filter((kind) => kind.endsWith(" w"));
    expect(own.filter((kind) => kind.startsWith("image_read"))).toHaveLength(1);
    expect(own.indexOf("image_read w")).toBeLessThan(own.indexOf("action_executing w"));
  });

  it("[EN-140] [4.1] is read only for a call that may be made, and permission is asked for again after it", async () => {
    const disk = new Disk();
    let asked = 0;
    const policy = (allows: number): PolicyEngine => ({
      version: "1",
      supports: { rateLimits: false },
      check: ({ action, mode }) => {
        if (action.type !== "tool_call" || action.tool !== "write" || mode === "verify")
          return { effect: "allow", reasons: [] };
        return ++asked > allows
          ? { effect: "deny", reasons: [{ policy_id: "p", message: "no" }] }
          : { effect: "allow", reasons: [] };
      },
    });
    const denied = await run(disk.tools(), { actions: [WRITE] }, { policy: policy(0) });
    expect([statuses(denied.result), disk.calls]).toEqual([{ w: "rejected:policy_denied" }, []]);
    asked = 0;
    const later = await run(disk.tools(), { actions: [WRITE] }, { policy: policy(1) });
    expect([statuses(later.result), disk.calls]).toEqual([{ w: "rejected:policy_denied" }, ["look a"]]);
  });

  it("[EN-140] [5.7] is the host's own call: no budget pays for it, no policy is asked about it", async () => {
    const disk = new Disk();
    const { result } = await run(disk.tools(), { actions: [WRITE] }, { budget: { max_tool_calls: 1, max_actions: 1 } });
    expect([result.status, result.cost.tool_calls, disk.calls]).toEqual(["committed", 1, ["look a", "write a"]]);
  });
});

describe("a before-image that cannot be read", () => {
  const noLook = (tools: Tool[], look?: Tool): Tool[] => [
    ...tools.filter(({ schema }) => schema.name !== "look"),
    ...(look === undefined ? [] : [look]),
  ];
  const broken = tool("look", () => Promise.reject(new ToolError("no disk")), FREE);

  it.each<[string, Tool | undefined, string, RegExp]>([
    ["its reader is not known", undefined, "unknown_tool", /tool `look` is not known/],
    ["its reader fails", broken, "failed", /could not be taken: no disk/],
    ["its reader leaves something", tool("look", () => 1, {}), "invalid", /must be reversible/],
    [
      "its reader has one too",
      tool("look", () => 1, { reversibility: "compensable", before: { tool: "write" }, compensation: { tool: "bad" } }),
      "invalid",
      /must be reversible/,
    ],
    ["it is too large", tool("look", () => "x".repeat(2_000), FREE), "invalid_output", /larger than 1000 bytes/],
    [
      "its reader wants other parameters",
      tool("look", () => 1, { ...FREE, parameters: { type: "object", required: ["id"] } }),
      "invalid",
      /required/,
    ],
    [
      "its reader starts a run",
      tool("look", (_, { execute }) => execute({ actions: [call("x", "mail")] }), FREE),
      "failed",
      /starts no run/,
    ],
  ])("[EN-141] refuses the call: %s", async (_what, look, code, message) => {
    const disk = new Disk();
    const { result } = await run(
      noLook(disk.tools(), look),
      { actions: [WRITE] },
      { limits: { max_image_bytes: 1_000 } },
    );
    expect(result.results[0]).toMatchObject({ status: "rejected", attempts: 0, reason: { code } });
    expect(result.results[0]?.error).toMatch(message);
    expect([disk.all, disk.calls]).toEqual([{ a: "old" }, []]);
  });

  it("[EN-141] [5.9] refuses it too where the reader does not answer in time", async () => {
    const disk = new Disk();
    const hanging = tool("look", () => new Promise(() => undefined), FREE);
    const made = testRuntime({ tools: noLook(disk.tools(), hanging), limits: { compensation_timeout_ms: 50 } });
    const running = made.runtime.execute({ actions: [WRITE] });
    await made.clock.advanceAsync(60);
    expect(statuses(await running)).toEqual({ w: "rejected:timeout" });
    const replayed = await replayRuns(await collectEvents(made.runtime.eventLog));
    expect(replayed.divergences).toEqual([]);
  });

  it("[EN-141] [5.8] and a run that is given up meanwhile waits for no reader", async () => {
    const disk = new Disk();
    const controller = new AbortController();
    let told: AbortSignal | undefined;
    const look = tool(
      "look",
      (_, { signal }) => ((told = signal), controller.abort(), new Promise(() => undefined)),
      FREE,
    );
    const made = testRuntime({ tools: noLook(disk.tools(), look) });
    const result = await made.runtime.execute({ actions: [WRITE] }, { signal: controller.signal });
    expect([result.status, result.external_effects, told?.aborted]).toEqual(["canceled", "none", true]);
  });

  it("[EN-142] [3.3] makes the call an irreversible one where the host does not insist: last, and not undone", async () => {
    const disk = new Disk();
    const tools = noLook(disk.tools({ before_required: false }), broken);
    const slow = tool("slow", () => void disk.calls.push("slow"), FREE);
    const { result } = await run([...tools, slow], { actions: [WRITE, call("s", "slow"), call("t", "slow")] });
    expect([result.status, disk.calls]).toEqual(["committed", ["slow", "slow", "write a"]]);
    const undone = await run([...tools, slow]);
    expect(undone.result).toMatchObject({ status: "rolled_back", external_effects: "remain" });
    expect(disk.all).toEqual({ a: "new" });
  });

  it("[EN-142] [6.5] asks whoever had approved it once more, and says that it cannot be undone now", async () => {
    const disk = new Disk();
    const shown: string[] = [];
    const options: RuntimeOptions = {
      approver: ({ reversibility }) => (shown.push(reversibility), { approved: true, by: "ann" }),
      policy: {
        version: "1",
        supports: { rateLimits: false },
        check: ({ action }) => {
          const asks = action.type === "tool_call" && action.tool === "write";
          return asks
            ? { effect: "require_approval", reasons: [{ policy_id: "ask", message: "ask" }] }
            : { effect: "allow", reasons: [] };
        },
      },
    };
    for (const others of [[], [call("m", "mail")]]) {
      const tools = noLook(disk.tools({ before_required: false }), broken);
      const { result } = await run(tools, { actions: [WRITE, ...others] }, options);
      expect([result.status, shown.splice(0)]).toEqual(["committed", ["compensable", "irreversible"]]);
    }
  });

  it("[EN-142] refuses it even then if the image is too large", async () => {
    const big = tool("look", () => "x".repeat(2_000), FREE);
    const tools = noLook(new Disk().tools({ before_required: false }), big);
    const { result } = await run(tools, { actions: [WRITE] }, { limits: { max_image_bytes: 1_000 } });
    expect(result.results[0]).toMatchObject({ status: "rejected", reason: { limit: "max_image_bytes" } });
  });
});

describe("a change by somebody else", () => {
  const VERIFIED = { before: { tool: "look", parameters: { name: "$parameters.name" }, verify: true } };

  it("[EN-143] is seen before the call is undone, named, and left alone", async () => {
    const disk = new Disk();
    const meddle = tool("bad", () => (disk.files.set("a", "theirs"), Promise.reject(new Error("broken"))), FREE);
    const tools = disk.tools(VERIFIED).map((each) => (each.schema.name === "bad" ? meddle : each));
    const { result, events } = await run(tools);
    expect([result.status, result.external_effects, disk.all]).toEqual(["rolled_back", "remain", { a: "theirs" }]);
    const failed = events.find(({ kind }) => kind === "compensation_failed") as Extract<
      CarEvent,
      { kind: "compensation_failed" }
    >;
    expect(payloadOf(failed)).toMatchObject({ attempts: 0, reason: { code: "conflict" } });
    expect(payloadOf(failed).reason.message).toMatch(/differs at `text`/);
  });

  it("[EN-143] is none where the call left it so, and where nothing is left of the call", async () => {
    for (const leaves of ["new", "old"]) {
      const disk = new Disk();
      const bad = tool("bad", () => (disk.files.set("a", leaves), Promise.reject(new Error("broken"))), FREE);
      const { result, events } = await run(
        disk.tools(VERIFIED).map((each) => (each.schema.name === "bad" ? bad : each)),
      );
      expect([result.external_effects, disk.all]).toEqual(["none", { a: "old" }]);
      expect(images(events).map(({ when }) => when)).toEqual(["before", "after", "undo"]);
    }
  });

  it("[EN-143] cannot be told from the call's own where that failed half way", async () => {
    const disk = new Disk();
    const half = { execute: () => (disk.files.set("a", "half"), Promise.reject(new Error("broken"))) };
    const { result } = await run(disk.tools(VERIFIED, half), { actions: [WRITE] });
    expect([result.external_effects, disk.all]).toEqual(["remain", { a: "half" }]);
    const untouched = await run(new Disk().tools(VERIFIED, { execute: () => Promise.reject(new Error("broken")) }), {
      actions: [WRITE],
    });
    expect(untouched.result).toMatchObject({ external_effects: "none", results: [{ compensated: true }] });
  });
});

describe("a before-image in the log", () => {
  it("[EN-144] [8.1] undoes what an earlier process had begun, from any prefix of its events", async () => {
    const first = new Disk();
    const durable = await reopened([]);
    const VERIFIED = { before: { tool: "look", parameters: { name: "$parameters.name" }, verify: true } };
    await createRuntime({ durable, tools: first.tools(VERIFIED) }).execute(BROKEN);
    const events = await collectEvents(durable.eventLog);
    for (let end = 2; end < events.length; end++) {
      const disk = new Disk();
      const kinds = events.slice(0, end).map(({ kind }) => kind);
      const isRestored = kinds.includes("compensation_succeeded");
      if (kinds.includes("action_succeeded") && !isRestored) disk.files.set("a", "new");
      const runtime = createRuntime({ durable: await reopened(events.slice(0, end)), tools: disk.tools(VERIFIED) });
      const { runs } = await runtime.recover({ unfinished: "rollback" });
      expect([end, runs[0]?.result.status, disk.all]).toEqual([
        end,
        expect.stringMatching(/rolled_back/),
        { a: "old" },
      ]);
      expect(disk.calls.filter((each) => each === "write a")).toEqual([]);
    }
  });

  it("[EN-144] [6.4] carries the labels of what was read into what undoes the call", async () => {
    const disk = new Disk();
    const look = { ...tool("look", ({ name }) => disk.look(name as string), { ...FREE, source_label: "secret" }) };
    const seen: unknown[] = [];
    const policy: PolicyEngine = {
      version: "1",
      supports: { rateLimits: false, flow: true },
      check: () => ({ effect: "allow", reasons: [] }),
    };
    const restore = tool("restore", (parameters) => void seen.push(parameters), FREE);
    const others = disk.tools().filter(({ schema }) => schema.name !== "look" && schema.name !== "restore");
    const { events } = await run([...others, look, restore], BROKEN, { policy });
    expect(images(events)[0]?.labels).toEqual(["secret"]);
    expect(seen).toEqual([{ name: "a", text: "old" }]);
  });
});

describe("a declaration of a before-image", () => {
  const compensable = { reversibility: "compensable", compensation: { tool: "restore" } } as const;
  it.each<[string, object, RegExp]>([
    ["without a compensation", { before: { tool: "look" } }, /declare reversibility `compensable`/],
    ["of a tool that leaves nothing", { ...FREE, before: { tool: "look" } }, /declare reversibility `compensable`/],
    [
      "that wants what is not there yet",
      { ...compensable, before: { tool: "look", parameters: { id: "$output.id" } } },
      /only `\$parameters`/,
    ],
    [
      "that is used and not made",
      { ...compensable, compensation: { tool: "restore", parameters: { id: "$before" } } },
      /declare what reads it/,
    ],
    ["of which only the need is told", { ...compensable, before_required: true }, /there is none/],
    ["with a field that there is not", { ...compensable, before: { tool: "look", verfy: true } }, /verfy/],
  ])("[EN-145] is refused %s", (_what, schema, message) => {
    const make = () => createRuntime({ tools: [tool("write", () => 1, schema)] });
    expect(make).toThrow(ToolInvalidError);
    expect(make).toThrow(message);
  });

  it("[EN-145] [5.2] is none of a proposer's business: its own compensation has no image", async () => {
    const { runtime } = testRuntime({ tools: new Disk().tools() });
    const compensation = { type: "tool", tool: "restore", parameters: { name: "a", text: "$before.text" } } as const;
    const result = await runtime.execute({ actions: [call("m", "mail", { compensation })] });
    expect([result.status, result.results[0]?.reason?.code]).toEqual(["rejected", "invalid"]);
    expect(result.results[0]?.error).toMatch(/`\$before` stands for an image that the host has read/);
  });
});
