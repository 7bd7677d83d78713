import { type CarEvent, EVENT_KINDS, type LiveEvent } from "@car/ir";
import type { EventDraft, EventLog } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP, write } from "./actions.js";
import { eventsOf } from "./looks.js";
import { later, type Rig, rule, type Rule } from "./rig.js";

const TOOLS = { tools: { t: REVERSIBLE, fail: { ...REVERSIBLE, run: () => Promise.reject(new Error("no")) } } };
const ACTIONS = [
  write("w", { k: 1 }),
  call("a", "t"),
  call("b", "fail", { ...RETRY, max_retries: 1, dependencies: ["a"] }),
  call("c", "t", { ...SKIP, preconditions: [{ key: "absent", operator: "exists" }] }),
];

const read = async ({ runtime }: Rig): Promise<readonly CarEvent[]> => {
  const events: CarEvent[] = [];
  for await (const event of runtime.eventLog.read()) events.push(event);
  return events;
};
const of = (events: readonly LiveEvent[], actionId: string): readonly string[] =>
  events.filter(({ action_id }) => action_id === actionId).map(({ kind }) => kind);

/** A log that says it is durable and writes down when it is asked to flush. */
const journal: string[] = [];
const durableLog = (): EventLog => {
  let sequence = 0;
  return {
    supports: { durable: true },
    append: ({ kind, scope, action }: EventDraft) => {
      journal.push(`${kind} ${scope?.action_ids[action] ?? ""}`.trim());
      return (sequence += 1);
    },
    flush: () => {
      journal.push("flush");
      return Promise.resolve();
    },
    read: async function* () {},
    head: async () => ({ seq: sequence, hash: "0".repeat(64) }),
    close: async () => undefined,
  };
};

/** 7.1 to 7.5: what is recorded. */
export const EVIDENCE_RULES: readonly Rule[] = [
  rule(
    "[7.1] events are numbered without gaps, of known kinds, and name run, proposal and action",
    TOOLS,
    async (rig) => {
      const result = await rig.run(ACTIONS);
      const events = await read(rig);
      assertEqual(
        events.map(({ seq }) => seq),
        events.map((_, index) => index + 1),
        "sequence",
      );
      assertEqual(
        events.every(({ kind }) => EVENT_KINDS.includes(kind)),
        true,
        "kinds",
      );
      const own = events.filter(({ run_id }) => run_id === result.run_id);
      assertEqual(
        own.every(({ proposal_id }) => proposal_id === result.proposal_id),
        true,
        "proposal ids",
      );
      assertEqual(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(own[0]?.timestamp ?? ""), true, "timestamp");
    },
  ),

  rule("[7.1] the proposal is logged once, whole; received comes first, completed last", TOOLS, async (rig) => {
    const result = await rig.run(ACTIONS);
    const own = rig.events.filter(({ run_id }) => run_id === result.run_id);
    assertEqual([own[0]?.kind, own.at(-1)?.kind], ["proposal_received", "proposal_completed"]);
    const [received, ...others] = eventsOf(rig, "proposal_received");
    assertEqual(others.length, 0, "further copies");
    const { actions = [] } = received?.data.proposal ?? {};
    assertEqual(
      actions.map(({ id }) => id),
      ["w", "a", "b", "c"],
      "actions",
    );
    assertEqual(received?.data.proposal_hash, result.proposal_hash, "hash");
  }),

  rule("[7.1] each action leaves its own trail", TOOLS, async (rig) => {
    await rig.run(ACTIONS);
    const trail = of(rig.events, "b");
    assertEqual(trail.filter((kind) => kind === "action_executing").length, 2, "attempts begun");
    assertEqual([trail.includes("action_retrying"), trail.at(-1)], [true, "action_failed"]);
    assertEqual(
      [of(rig.events, "a").includes("action_succeeded"), of(rig.events, "c").at(-1)],
      [true, "action_rejected"],
    );
  }),

  rule("[7.1] attempts are numbered from 1", TOOLS, async (rig) => {
    await rig.run(ACTIONS);
    assertEqual(
      eventsOf(rig, "action_executing")
        .filter(({ action_id }) => action_id === "b")
        .map(({ attempt }) => attempt),
      [1, 2],
    );
  }),

  rule("[7.1] each refusal carries its reason code", TOOLS, async (rig) => {
    await rig.run(ACTIONS);
    const [rejected] = eventsOf(rig, "action_rejected");
    assertEqual(rejected?.data.reason.code, "precondition_failed");
  }),

  rule("[7.1] state changes are credited to the action that made them", TOOLS, async (rig) => {
    await rig.run([write("w", { k: 1 })]);
    const [changed] = eventsOf(rig, "state_changed").filter(({ run_id }) => run_id !== undefined);
    assertEqual([changed?.action_id, changed?.data.changes], ["w", [{ key: "k", value: 1, origin: "model" }]]);
  }),

  rule("[7.2] trace and span ids are those of W3C trace context; a run has one trace", TOOLS, async (rig) => {
    const result = await rig.run(ACTIONS);
    const own = rig.events.filter(({ run_id }) => run_id === result.run_id);
    assertEqual(/^(?!0{32})[0-9a-f]{32}$/.test(result.trace_id), true, result.trace_id);
    assertEqual(
      own.every(({ trace_id }) => trace_id === result.trace_id),
      true,
      "one trace",
    );
    assertEqual(
      own.every(({ span_id }) => /^(?!0{16})[0-9a-f]{16}$/.test(span_id)),
      true,
      "span ids",
    );
  }),

  rule("[7.2] the run, each action and each attempt have spans of their own", TOOLS, async (rig) => {
    await rig.run(ACTIONS);
    const [root] = eventsOf(rig, "proposal_received");
    const attempts = eventsOf(rig, "action_executing").map(({ span_id }) => span_id);
    assertEqual([attempts.length >= 3, new Set([root?.span_id, ...attempts]).size], [true, attempts.length + 1]);
  }),

  rule(
    "[7.3] `action_executing` is durable before a tool that can leave something outside is called",
    { tools: { wire: { run: ({ clock }) => (journal.push("called"), later(clock, 1, 1)) } }, eventLog: durableLog() },
    async (rig) => {
      journal.length = 0;
      await rig.run([call("a", "wire")]);
      const [executing, flush, called] = ["action_executing a", "flush", "called"].map((entry) =>
        journal.indexOf(entry),
      );
      assertEqual(
        (executing ?? -1) >= 0 && (executing ?? 0) < (flush ?? 0) && (flush ?? 0) < (called ?? 0),
        true,
        journal.join(", "),
      );
    },
  ),

  rule(
    "[7.3] `proposal_completed` is durable before `execute` resolves",
    { ...TOOLS, eventLog: durableLog() },
    async (rig) => {
      journal.length = 0;
      await rig.run([call("a", "t")]);
      assertEqual(journal.slice(-2), ["proposal_completed", "flush"], "the end of the journal");
    },
  ),

  rule("[7.5] each event holds the hash of the one before; the head is the last", TOOLS, async (rig) => {
    await rig.run(ACTIONS);
    const events = await read(rig);
    assertEqual(
      events.map(({ prev_hash }) => prev_hash),
      ["0".repeat(64), ...events.slice(0, -1).map(({ hash }) => hash)],
    );
    const head = await rig.runtime.eventLog.head();
    assertEqual([head.seq, head.hash], [events.length, events.at(-1)?.hash]);
  }),
];
