import type { ApprovalLookup, ApprovalStore, Decision, StoredApprovalRequest } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { errandSlot } from "../run/board.js";
import { notesOf } from "../run/slot.js";
import { call, tool } from "../testing/fixtures.js";
import { ended, type HandMade, handMadeRun, waitOf } from "../testing/hand-made-run.js";
import { askApproval } from "./approval.js";
import { type GateSlot, PARK, PROCEED } from "./gate.js";

const tools = [tool("pay", () => 1)];
const WISH = wish("large");
const DENIED = { status: "rejected", reason: { code: "approval_denied", policies: ["large"] } };
const UNANSWERED = { status: "rejected", reason: { code: "approval_required", policies: ["large"] } };

function wish(...ids: readonly string[]): Decision {
  return { effect: "require_approval", reasons: ids.map((policy_id) => ({ policy_id, message: `by ${policy_id}` })) };
}

function setWish(slot: GateSlot, next: Decision | undefined): void {
  const note = (notesOf(slot).approval ??= { wish: undefined, grant: undefined, requestId: undefined, asked: 0 });
  note.wish = next;
}

function needing(made: Partial<HandMade> = {}) {
  const run = handMadeRun({ tools, actions: [call("a", "pay", { parameters: { n: 1 } })], ...made });
  setWish(run.slot("a"), WISH);
  return { ...run, a: run.slot("a") };
}

/** A store that answers `take` in this way, and keeps what it is asked. */
function storeOf(take: () => unknown, request: () => unknown = () => undefined) {
  const asked: StoredApprovalRequest[] = [];
  const store = {
    supports: { durable: false },
    take,
    request: (each: StoredApprovalRequest) => (asked.push(each), request()),
  } as unknown as ApprovalStore;
  return { store, asked };
}

describe("the gate `approve`, with an approver", () => {
  it("[6.5] asks nobody for what the policy does not want approved", () => {
    const { run, slot } = handMadeRun({ tools, actions: [call("a", "pay")], approver: () => expect.fail("asked") });
    expect(askApproval(run, slot("a"))).toBe(PROCEED);
  });

  it("[6.5] refuses what nobody can approve", () => {
    const { run, a } = needing();
    expect(askApproval(run, a)).toMatchObject(UNANSWERED);
  });

  it("[6.5] asks with the resolved parameters and the reasons, within the time there is", async () => {
    const seen: unknown[] = [];
    const { run, a, events } = needing({
      approver: (request) => (seen.push(request), true),
      limits: { approval_timeout_ms: 9 },
    });
    const answer = askApproval(run, a);
    expect(waitOf(answer)).toMatchObject({ timeoutMs: 9, isQueue: true });
    expect(await ended(answer)).toBe(PROCEED);
    expect(seen).toMatchObject([{ action_id: "a", tool: "pay", parameters: { n: 1 }, reasons: WISH.reasons }]);
    expect(events.map(([kind]) => kind)).toEqual(["approval_requested", "approval_recorded"]);
  });

  it.each<[string, unknown]>([
    ["no", false],
    ["`no`", "no"],
    ["1", 1],
    ["nothing", undefined],
    ["an object", {}],
    ["`approved: 1`", { approved: 1 }],
    ["`approved: []`", { approved: [] }],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("x");
          },
        },
      ),
    ],
  ])("[EN-126] [6.5] only `true` is a yes, not %s", async (_what, given) => {
    const { run, a } = needing({ approver: () => given as boolean });
    expect(waitOf(askApproval(run, a)).next({ kind: "value", value: given })).toMatchObject(DENIED);
  });

  it("[EN-126] [6.5] an approver that throws, rejects, or says nothing in time has denied", async () => {
    for (const approver of [
      () => {
        throw new Error("x");
      },
      () => Promise.reject(new Error("x")),
    ]) {
      const { run, a } = needing({ approver });
      expect(await ended(askApproval(run, a))).toMatchObject(DENIED);
      expect(waitOf(askApproval(run, a)).next({ kind: "timeout" })).toMatchObject(DENIED);
    }
  });

  it("[EN-120] a yes covers the reasons it was asked for, and no others", async () => {
    const { run, a } = needing({ approver: () => true });
    expect(await ended(askApproval(run, a))).toBe(PROCEED);
    expect(askApproval(run, a)).toBe(PROCEED);
    for (const other of [wish("large", "night"), wish("night"), wish()]) {
      setWish(a, other);
      waitOf(askApproval(run, a));
    }
    setWish(a, WISH);
    expect(askApproval(run, a)).toBe(PROCEED);
  });

  it("[EN-120] a yes lasts for `approval_ttl_ms`", async () => {
    const { run, a, later, events } = needing({ approver: () => true, limits: { approval_ttl_ms: 100 } });
    await ended(askApproval(run, a));
    later(99);
    expect(askApproval(run, a)).toBe(PROCEED);
    later(1);
    expect(await ended(askApproval(run, a))).toBe(PROCEED);
    const once = ["approval_requested", "approval_recorded"];
    expect(events.map(([kind]) => kind)).toEqual([...once, ...once]);
  });

  it("[EN-120] asks at most 8 times about one call", async () => {
    const { run, a } = needing({ approver: () => true });
    for (let round = 0; round < 8; round++) {
      setWish(a, wish(`reason ${round}`));
      expect(await ended(askApproval(run, a))).toBe(PROCEED);
    }
    setWish(a, wish("large"));
    expect(askApproval(run, a)).toMatchObject(UNANSWERED);
  });

  it("[6.5] tells the approver when nobody waits any more", async () => {
    let signal: AbortSignal | undefined;
    const { run, a } = needing({
      approver: (_request, options) => ((signal = options.signal), new Promise(() => undefined)),
    });
    const wait = waitOf(askApproval(run, a));
    await Promise.resolve();
    expect(signal?.aborted).toBe(false);
    wait.giveUp?.(true);
    expect(signal?.aborted).toBe(true);
  });
});

describe("the gate `approve`, with a store", () => {
  const answered = (approved: unknown): ApprovalLookup => ({
    state: "answered",
    answer: { approved } as { approved: boolean },
  });

  it("[EN-90] parks the action until there is an answer, and asks once", () => {
    const states: ApprovalLookup[] = [
      { state: "unknown" },
      { state: "unknown" },
      { state: "pending" },
      { state: "unknown" },
    ];
    const { store, asked } = storeOf(() => states.shift());
    const { run, a, events } = needing({ approvals: store });
    expect([askApproval(run, a), askApproval(run, a)]).toEqual([PARK, PARK]);
    expect(asked).toMatchObject([{ action_id: "a", parameters: { n: 1 }, id: a.notes!.approval!.requestId }]);
    expect(events.map(([kind]) => kind)).toEqual(["approval_requested"]);
  });

  it("[EN-91] asks the store each time, and takes its answer", () => {
    const states = [answered(true), answered(true), answered(false)];
    const { run, a, events } = needing({ approvals: storeOf(() => states.shift()).store });
    expect([askApproval(run, a), askApproval(run, a)]).toEqual([PROCEED, PROCEED]);
    expect(askApproval(run, a)).toMatchObject(DENIED);
    expect(events.map(([kind]) => kind)).toEqual(["approval_recorded", "approval_recorded"]);
  });

  it("[EN-120] names the question by its reasons: another reason is another request", () => {
    const { store, asked } = storeOf(() => ({ state: "unknown" }));
    const { run, a } = needing({ approvals: store });
    askApproval(run, a);
    setWish(a, wish("large", "night"));
    askApproval(run, a);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
    expect(new Set(asked.map(({ subject }) => subject)).size).toBe(2);
  });

  it("[EN-98] an expired request is a no", () => {
    const { run, a } = needing({ approvals: storeOf(() => ({ state: "expired" })).store });
    expect(askApproval(run, a)).toMatchObject(DENIED);
  });

  it.each<[string, unknown]>([
    ["`no`", "no"],
    ["1", 1],
    ["{}", {}],
    ["[]", []],
    ["null", null],
  ])("[EN-126] [6.5] only `approved: true` is a yes, not %s", (_what, approved) => {
    const { run, a } = needing({ approvals: storeOf(() => answered(approved)).store });
    expect(askApproval(run, a)).toMatchObject(DENIED);
  });

  it("[EN-100] a store that throws, rejects, or gives no answer in time denies", async () => {
    const bad = [
      () => {
        throw new Error("x");
      },
      () => undefined,
      () => Promise.reject(new Error("x")),
    ];
    for (const take of bad) {
      const { run, a } = needing({ approvals: storeOf(take).store });
      const answer = askApproval(run, a);
      const end = typeof answer === "object" && "timeoutMs" in answer ? await ended(answer) : answer;
      expect(end).toMatchObject({ status: "rejected", reason: { code: "approval_required" } });
    }
    const silent = needing({
      approvals: storeOf(() => new Promise(() => undefined)).store,
      limits: { approval_timeout_ms: 9 },
    });
    const wait = waitOf(askApproval(silent.run, silent.a));
    expect(wait.timeoutMs).toBe(9);
    expect(wait.next({ kind: "timeout" })).toMatchObject(UNANSWERED);
  });

  it("[EN-100] a request that the store does not take in time is refused", async () => {
    const never = (): unknown => new Promise(() => undefined);
    const { run, a } = needing({ approvals: storeOf(() => ({ state: "unknown" }), never).store });
    expect(waitOf(askApproval(run, a)).next({ kind: "timeout" })).toMatchObject(UNANSWERED);
    const full = needing({
      approvals: storeOf(
        () => ({ state: "unknown" }),
        () => {
          throw new Error("full");
        },
      ).store,
    });
    expect(askApproval(full.run, full.a)).toMatchObject(UNANSWERED);
  });

  it("[EN-100] neither child runs, compensations, nor one run too many wait", () => {
    const { store, asked } = storeOf(() => ({ state: "unknown" }));
    const child = needing({ approvals: store, isChild: true });
    expect(askApproval(child.run, child.a)).toMatchObject(UNANSWERED);
    const full = needing({ approvals: store, hasRoom: false });
    expect(askApproval(full.run, full.a)).toMatchObject(UNANSWERED);
    const { run, a } = needing({ approvals: store });
    const undoing = {
      kind: "compensation" as const,
      isByModel: true,
      started: () => undefined,
      ended: () => undefined,
    };
    const undo = errandSlot(0, a.action, a.tool, undoing);
    setWish(undo, WISH);
    expect(askApproval(run, undo)).toMatchObject(UNANSWERED);
    expect(asked).toEqual([]);
  });

  it("[EN-99] an approval of the plan covers literal parameters, and no others", () => {
    const lookups =
      (): ApprovalStore["take"] =>
      ({ id }) =>
        id === undefined ? answered(true) : { state: "unknown" };
    const plan = {
      supports: { durable: false },
      take: lookups(),
      request: () => undefined,
    } as unknown as ApprovalStore;
    const literal = needing({ approvals: plan });
    expect(askApproval(literal.run, literal.a)).toBe(PROCEED);
    const actions = [call("b", "pay"), call("a", "pay", { parameters: { n: "$b.output" } })];
    const referring = needing({ approvals: plan, actions });
    expect(askApproval(referring.run, referring.a)).toBe(PARK);
  });

  it("[EN-100] asks the inline approver before anything waits", async () => {
    const { store, asked } = storeOf(() => ({ state: "unknown" }));
    const { run, a } = needing({ approvals: store, approver: () => true });
    expect(await ended(askApproval(run, a))).toBe(PROCEED);
    expect(askApproval(run, a)).toBe(PROCEED);
    expect(asked).toEqual([]);
  });
});
