import { collectEvents } from "@car/conformance/internal";
import { ToolError, type ProposalInput } from "@car/ir";
import type { PolicyEngine, Tool } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import { call, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;
type How =
  | "ok"
  | "slow"
  | "flaky"
  | "lostAfter"
  | "lostBefore"
  | "unread"
  | "unreadOpt"
  | "kid"
  | "bad"
  | "mail"
  | "theirs"
  | "probeNull";
const HOWS: How[] = [
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
];

function world(files: Map<string, string>, done: Map<string, number>, mails: string[]) {
  const tries = new Map<string, number>();
  const read: Tool["execute"] = async ({ k, how }) => {
    if (how === "slow") for (let i = 0; i < 5; i++) await Promise.resolve();
    if (String(how).startsWith("unread")) throw new ToolError("no", { class: "invalid" });
    return files.get(k as string) ?? null;
  };
  const writer = (name: string, more: object): Tool => ({
    schema: {
      name,
      reversibility: "compensable",
      before: { tool: "look", parameters: { k: "$parameters.k", how: "$parameters.how" }, verify: true },
      compensation: { tool: "back", parameters: { k: "$parameters.k", v: "$before" } },
      ...more,
    },
    execute: async ({ k, v, how }, { idempotencyKey }) => {
      const n = (tries.get(idempotencyKey) ?? 0) + 1;
      tries.set(idempotencyKey, n);
      if (how === "flaky" && n === 1) throw new ToolError("again", { class: "transient" });
      if (how === "lostBefore") throw new Error("lost");
      files.set(k as string, v as string);
      done.set(idempotencyKey, (done.get(idempotencyKey) ?? 0) + 1);
      if (how === "slow") for (let i = 0; i < 7; i++) await Promise.resolve();
      if (how === "lostAfter") throw new Error("lost");
      return null;
    },
    probe: (({ how }: any, { idempotencyKey }: any) =>
      how === "probeNull" ? undefined : done.has(idempotencyKey) ? { happened: true } : { happened: false }) as never,
  });
  const tools: Tool[] = [
    writer("write", {}),
    writer("optional", { before_required: false }),
    tool("look", read, FREE),
    tool(
      "back",
      ({ k, v }) => (v === null ? void files.delete(k as string) : void files.set(k as string, v as string)),
      FREE,
    ),
    tool(
      "kid",
      ({ k }, { execute }) =>
        execute({ actions: [call("i", "write", { parameters: { k, v: "x", how: "ok" } })] }).then(() => null),
      FREE,
    ),
    tool(
      "bad",
      async () => {
        for (let i = 0; i < 4; i++) await Promise.resolve();
        throw new ToolError("broken");
      },
      FREE,
    ),
    tool("mail", () => void mails.push("m"), {}),
    tool("theirs", ({ k }) => void files.set(k as string, "theirs"), FREE),
  ];
  return tools;
}
const arb = fc.array(
  fc.record({ how: fc.constantFrom(...HOWS), dep: fc.nat({ max: 4 }), skip: fc.boolean(), idem: fc.boolean() }),
  { minLength: 1, maxLength: 5 },
);
type Draft = { how: How; dep: number; skip: boolean; idem: boolean };
const planOf = (drafts: Draft[]): ProposalInput => ({
  actions: drafts.map(({ how, dep, skip, idem }, i) => {
    const t =
      how === "unreadOpt"
        ? "optional"
        : how === "kid" || how === "bad" || how === "mail" || how === "theirs"
          ? how
          : "write";
    const k = how === "theirs" ? "k0" : `k${i}`;
    return call(`a${i}`, t, {
      parameters: { k, v: `v${i}`, how },
      dependencies: dep < i ? [`a${dep}`] : [],
      failure_behavior: how === "flaky" ? "retry" : skip ? "skip" : "abort",
      idempotent: idem,
    }) as never;
  }),
});
const POLICY: PolicyEngine = {
  version: "1",
  supports: { rateLimits: false },
  check: async () => ({ effect: "allow", reasons: [] }),
};

describe("runs with images and probes", () => {
  for (const schedule of ["safe", "eager"] as const)
    it(`[EN-147] [EN-143] [7.6] come back right after any prefix of their log, and replay (${schedule})`, async () => {
      await fc.assert(
        fc.asyncProperty(arb, fc.boolean(), async (drafts, hasPolicy) => {
          const files = new Map<string, string>([["k0", "old"]]),
            done = new Map<string, number>(),
            mails: string[] = [];
          const durable = await reopened([]);
          const options = { random: () => 0, schedule, ...(hasPolicy ? { policy: POLICY } : {}) };
          const runtime = createRuntime({ ...options, durable, tools: world(files, done, mails) });
          const snaps: [Map<string, string>, Map<string, number>][] = [];
          runtime.subscribe(() => void snaps.push([new Map(files), new Map(done)]));
          const r = await runtime.execute(planOf(drafts));
          const events = await collectEvents(durable.eventLog);
          const whole = await replayRuns(events);
          expect([whole.divergences.map(({ message }) => message), whole.skipped]).toEqual([[], []]);
          const hasTheirs = drafts.some(({ how }) => how === "theirs");
          const clean = (f: Map<string, string>): object => Object.fromEntries(f);
          if (r.status !== "committed" && r.external_effects === "none" && !hasTheirs)
            expect(clean(files)).toEqual({ k0: "old" });
          const first = events.findIndex(({ kind }) => kind === "proposal_received") + 1;
          const offset = events.length - snaps.length;
          for (let at = first; at < events.length; at++)
            for (const unfinished of ["resume", "rollback"] as const) {
              const [f, d] = snaps[at - 1 - offset] ?? snaps[0]!;
              const f2 = new Map(f),
                d2 = new Map(d);
              const dur = await reopened(events.slice(0, at));
              const later = createRuntime({ ...options, durable: dur, tools: world(f2, d2, []) });
              const { runs } = await later.recover({ unfinished });
              const top = runs.find(({ run_id }) => run_id === r.run_id)!;
              const all = await collectEvents(dur.eventLog);
              const label = [at, events[at - 1]!.kind, unfinished, top?.result.status];
              if (top && top.result.status !== "committed" && top.result.external_effects === "none" && !hasTheirs)
                expect([label, clean(f2)]).toEqual([label, { k0: "old" }]);
              const rep = await replayRuns(all);
              expect([label, rep.divergences.map(({ message }) => message)]).toEqual([label, []]);
              if (top?.result.status === "committed") {
                const again = await later.undo(r.run_id).catch((e: unknown) => e as Error);
                if (!(again instanceof Error) && again.external_effects === "none" && !hasTheirs)
                  expect([label, clean(f2)]).toEqual([label, { k0: "old" }]);
                if (again instanceof Error) expect(again.message).toMatch(/nothing that/);
                const rep2 = await replayRuns(await collectEvents(dur.eventLog));
                expect([label, rep2.divergences.map(({ message }) => message)]).toEqual([label, []]);
              }
            }
        }),
        { numRuns: 12 },
      );
    }, 120_000);
});
