import { collectEvents } from "@car/conformance/internal";
import { type ProposalInput, type ProposalResult, ToolError } from "@car/ir";
import type { PolicyEngine, ProbeAnswer, Tool, ToolExecute } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { expectNoDivergence, expectReplay } from "../testing/expect-replay.js";
import { call, tool } from "../testing/fixtures.js";
import { type LogPrefix, logPrefixes } from "../testing/log-prefixes.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;

/** What becomes of an action: of a call of `write`, or which other tool it calls. */
const HOWS = [
  "ok",
  "slow",
  "flaky",
  "lostAfter",
  "lostBefore",
  "unread",
  "unreadOpt",
  "bad",
  "mail",
  "theirs",
  "probeNull",
] as const;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** Files by name, and the keys of the calls that wrote one. */
class Disk {
  readonly files: Map<string, string>;
  private readonly written: Set<string>;
  private readonly tried = new Set<string>();

  constructor(files: Iterable<[string, string]>, written: Iterable<string> = []) {
    this.files = new Map(files);
    this.written = new Set(written);
  }

  get copy(): Disk {
    return new Disk(this.files, this.written);
  }

  get all(): Record<string, string> {
    return Object.fromEntries(this.files);
  }

  get tools(): Tool[] {
    const bad: ToolExecute = async () => {
      await turns(4);
      throw new ToolError("broken");
    };
    return [
      this.writer("write"),
      this.writer("optional", { before_required: false }),
      tool("look", ({ name, how }) => this.look(name as string, how as string), FREE),
      tool("back", ({ name, text }) => this.restore(name as string, text as string | null), FREE),
      tool("bad", bad, FREE),
      tool("mail", () => null, {}),
      tool("theirs", ({ name }) => void this.files.set(name as string, "theirs"), FREE),
    ];
  }

  private writer(tool: string, more: object = {}): Tool {
    return {
      schema: {
        name: tool,
        reversibility: "compensable",
        before: { tool: "look", parameters: { name: "$parameters.name", how: "$parameters.how" }, verify: true },
        compensation: { tool: "back", parameters: { name: "$parameters.name", text: "$before" } },
        ...more,
      },
      execute: async ({ name, text, how }, { idempotencyKey }) => {
        const isFirst = !this.tried.has(idempotencyKey);
        this.tried.add(idempotencyKey);
        if (how === "flaky" && isFirst) throw new ToolError("again", { class: "transient" });
        if (how === "lostBefore") throw new Error("lost");
        this.files.set(name as string, text as string);
        this.written.add(idempotencyKey);
        if (how === "slow") await turns(7);
        if (how === "lostAfter") throw new Error("lost");
        return null;
      },
      probe: ({ how }, { idempotencyKey }): ProbeAnswer =>
        how === "probeNull" ? undefined : { happened: this.written.has(idempotencyKey) },
    };
  }

  private async look(name: string, how: string): Promise<string | null> {
    if (how === "slow") await turns(5);
    if (how.startsWith("unread")) throw new ToolError("no", { class: "invalid" });
    return this.files.get(name) ?? null;
  }

  private restore(name: string, text: string | null): void {
    if (text === null) this.files.delete(name);
    else this.files.set(name, text);
  }
}

interface Draft {
  readonly how: (typeof HOWS)[number];
  /** The number of the action that this one waits for, if that is an earlier one. */
  readonly waitsFor: number;
  readonly skips: boolean;
  readonly idempotent: boolean;
}

const drafts: fc.Arbitrary<Draft[]> = fc.array(
  fc.record({
    how: fc.constantFrom(...HOWS),
    waitsFor: fc.nat({ max: 4 }),
    skips: fc.boolean(),
    idempotent: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

function toolFor(how: Draft["how"]): string {
  if (how === "unreadOpt") return "optional";
  return how === "bad" || how === "mail" || how === "theirs" ? how : "write";
}

const planOf = (plan: readonly Draft[]): ProposalInput => ({
  actions: plan.map(({ how, waitsFor, skips, idempotent }, index) =>
    call(`a${index}`, toolFor(how), {
      parameters: { name: how === "theirs" ? "k0" : `k${index}`, text: `v${index}`, how },
      dependencies: waitsFor < index ? [`a${waitsFor}`] : [],
      failure_behavior: how === "flaky" ? "retry" : skips ? "skip" : "abort",
      idempotent,
    }),
  ),
});

const ALLOWS: PolicyEngine = {
  version: "1",
  supports: { rateLimits: false },
  check: async () => ({ effect: "allow", reasons: [] }),
};
const OLD = { k0: "old" };

/** One process that runs a plan and keeps a copy of the disk at each event. */
async function watchedRun(plan: readonly Draft[], options: RuntimeOptions) {
  const disk = new Disk(Object.entries(OLD));
  const durable = await reopened([]);
  const runtime = createRuntime({ ...options, durable, tools: disk.tools });
  const disks: Disk[] = [];
  runtime.subscribe(() => void disks.push(disk.copy));
  const result = await runtime.execute(planOf(plan));
  return { result, disk, disks, events: await collectEvents(durable.eventLog) };
}

/** Another process that finds what the first one left, ends the run, and undoes it if it committed. */
async function comesBack(runId: string, prefix: LogPrefix<Disk>, options: RuntimeOptions, isOurs: boolean) {
  const { kept, lastKind, unfinished, world } = prefix;
  const disk = world.copy;
  const durable = await reopened(kept);
  const later = createRuntime({ ...options, durable, tools: disk.tools });
  const { runs } = await later.recover({ unfinished });
  const result = runs.find(({ run_id }) => run_id === runId)?.result;
  const label = [kept.length, lastKind, unfinished, result?.status];
  const expectOld = ({ external_effects }: Pick<ProposalResult, "external_effects">) => {
    if (external_effects === "none" && isOurs) expect([label, disk.all]).toEqual([label, OLD]);
  };
  if (result !== undefined && result.status !== "committed") expectOld(result);
  await expectNoDivergence(await collectEvents(durable.eventLog), label);
  if (result?.status !== "committed") return;
  const undone = await later.undo(runId).catch((error: unknown) => error as Error);
  if (undone instanceof Error) expect(undone.message).toMatch(/nothing that/);
  else expectOld(undone);
  await expectNoDivergence(await collectEvents(durable.eventLog), label);
}

describe("runs with images and probes", () => {
  it.each(["safe", "eager"] as const)(
    "[EN-147] [EN-143] [7.6] come back right after any prefix of their log, and replay (%s)",
    async (schedule) => {
      const property = fc.asyncProperty(drafts, fc.boolean(), async (plan, hasPolicy) => {
        const options: RuntimeOptions = { random: () => 0, schedule, ...(hasPolicy && { policy: ALLOWS }) };
        const { result, disk, disks, events } = await watchedRun(plan, options);
        await expectReplay(events);
        const isOurs = plan.every(({ how }) => how !== "theirs");
        if (result.status !== "committed" && result.external_effects === "none" && isOurs)
          expect(disk.all).toEqual(OLD);
        for (const prefix of logPrefixes(events, disks)) await comesBack(result.run_id, prefix, options, isOurs);
      });
      await fc.assert(property, { numRuns: 12 });
    },
    120_000,
  );
});
