import type { ApprovalDecision, ApprovalStore, StoredApprovalRequest } from "@car/ir/ports";
import { assertEqual, AssertionError, assertRejectsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";

/** How a suite gets approval stores. */
export interface ApprovalStoreFactory {
  /** A fresh, empty store. */
  readonly create: () => ApprovalStore | Promise<ApprovalStore>;
  /** Another store object on what `before` keeps, as another process has it; needed when `supports.durable`. */
  readonly reopen?: (before: ApprovalStore) => ApprovalStore | Promise<ApprovalStore>;
}

const T = 1_000_000;
const LIFE = 1_000;

function request(name: string, more: Partial<StoredApprovalRequest> = {}): StoredApprovalRequest {
  return {
    id: `request ${name}`,
    subject: `subject of ${name}`,
    run_id: `run of ${name}`,
    proposal_id: "p",
    action_id: "a",
    tool: "pay",
    parameters: { to: "ann", nested: { list: [1, null, "\ud83d\ude00"] } },
    principal: "default",
    reasons: [{ policy_id: "rule", message: "somebody is asked first" }],
    reversibility: "irreversible",
    origins: { to: { labels: ["untrusted"], source: "labelled" } },
    requested_at: T,
    expires_at: T + LIFE,
    ...more,
  };
}

const A = request("a");
const YES: ApprovalDecision = { approved: true, by: "bob", note: "seen" };

/** Registers a test for every rule of the approval store port: AP-1 to AP-9 of `packages/approvals/SPEC.md`. */
export function testApprovalStore({ describe, it }: TestRunner, factory: ApprovalStoreFactory): void {
  const withStore = (body: (store: ApprovalStore) => Promise<void>) => async () => body(await factory.create());

  describe("ApprovalStore", () => {
    it("[AP-1] [6.5] a request waits, as it was made, until it is answered", withStore(waits));
    it("[AP-2] [6.5] an answer is for the request's run and subject alone", withStore(coversItsRun));
    it("[AP-3] the first answer counts", withStore(firstCounts));
    it("[AP-4] [6.5] requests and answers expire", withStore(expires));
    it("[AP-5] [6.5] a sticky answer covers the subject in every run until it expires", withStore(sticks));
    it("[AP-6] [6.5] a grant belongs to the run that took it first, unless it is sticky", withStore(grants));
    it("[AP-7] [6.5] a clock that is set back revives nothing", withStore(clockBack));
    it("[AP-8] asking twice is asking once", withStore(asksOnce));
    it("[AP-9] [8.1] a durable store shows all of it to another process, at once", async () => {
      const store = await factory.create();
      if (!store.supports.durable) return;
      if (factory.reopen === undefined) throw new AssertionError("a durable store needs `reopen`");
      await isSeen(store, await factory.reopen(store));
    });
  });
}

function lookUp(store: ApprovalStore, { id, subject, run_id }: StoredApprovalRequest, now = T + 1) {
  return Promise.resolve(store.take({ id, subject, run_id, now }));
}

async function waits(store: ApprovalStore): Promise<void> {
  assertEqual(await lookUp(store, A), { state: "unknown" });
  await store.request(A);
  assertEqual(await lookUp(store, A), { state: "pending" });
  const later = request("b", { requested_at: T + 1 });
  await store.request(later);
  assertEqual(await store.pending(T + 1), [A, later]);
  assertEqual(await store.decide(A.id, YES, T + 2), A);
  assertEqual(await lookUp(store, A, T + 3), { state: "answered", answer: YES });
  assertEqual(await store.pending(T + 3), [later]);
}

async function coversItsRun(store: ApprovalStore): Promise<void> {
  await store.request(A);
  await store.decide(A.id, { approved: true }, T);
  assertEqual(await lookUp(store, { ...A, id: "request b", run_id: "run of b" }), { state: "unknown" });
  assertEqual((await lookUp(store, { ...A, subject: "another" })).state === "answered", false);
  assertEqual((await lookUp(store, { ...A, run_id: "run of b" })).state === "answered", false);
  assertEqual(await lookUp(store, A), { state: "answered", answer: { approved: true } });
  assertEqual(await lookUp(store, A), { state: "answered", answer: { approved: true } });
}

async function firstCounts(store: ApprovalStore): Promise<void> {
  await store.request(A);
  await store.decide(A.id, { approved: false }, T);
  await assertRejectsCode("CAR_APPROVAL_UNKNOWN", () => store.decide(A.id, { approved: true }, T));
  await assertRejectsCode("CAR_APPROVAL_UNKNOWN", () => store.decide("nobody's", { approved: true }, T));
  const other = request("b");
  await store.request(other);
  const noAnswer = { approved: "yes" } as unknown as ApprovalDecision;
  await assertRejectsCode("CAR_CONFIG_INVALID", () => store.decide(other.id, noAnswer, T));
  assertEqual(await lookUp(store, A), { state: "answered", answer: { approved: false } });
}

async function expires(store: ApprovalStore): Promise<void> {
  const b = request("b");
  for (const each of [A, b]) await store.request(each);
  await store.decide(b.id, { approved: true, expires_at: T + 10 }, T);
  assertEqual(await lookUp(store, b, T + 10), { state: "expired" });
  assertEqual(await lookUp(store, A, T + LIFE), { state: "expired" });
  assertEqual(await store.pending(T + LIFE), []);
  await assertRejectsCode("CAR_APPROVAL_UNKNOWN", () => store.decide(A.id, { approved: true }, T + LIFE));
}

async function sticks(store: ApprovalStore): Promise<void> {
  await store.request(A);
  await store.decide(A.id, { approved: true, sticky: true, expires_at: T + 10 }, T);
  const other = { ...A, id: "request b", run_id: "run of b" };
  for (const _ of [1, 2]) assertEqual(await lookUp(store, other), { state: "answered", answer: { approved: true } });
  assertEqual(await lookUp(store, { ...other, subject: "another" }), { state: "unknown" });
  assertEqual(await lookUp(store, other, T + 10), { state: "unknown" });
}

async function grants(store: ApprovalStore): Promise<void> {
  const grant = { expires_at: T + 10, by: "bob" };
  await store.grant({ ...grant, subject: "once", sticky: false });
  await store.grant({ ...grant, subject: "often", sticky: true });
  const take = (subject: string, run_id: string) => Promise.resolve(store.take({ subject, run_id, now: T }));
  const answered = { state: "answered", answer: { approved: true, by: "bob" } };
  for (const run of ["r1", "r1"]) assertEqual(await take("once", run), answered);
  assertEqual(await take("once", "r2"), { state: "unknown" });
  for (const run of ["r1", "r2"]) assertEqual(await take("often", run), answered);
}

async function clockBack(store: ApprovalStore): Promise<void> {
  await store.request(A);
  await store.pending(T + LIFE);
  assertEqual(await lookUp(store, A, T), { state: "expired" });
  await assertRejectsCode("CAR_APPROVAL_UNKNOWN", () => store.decide(A.id, { approved: true }, T));
}

async function asksOnce(store: ApprovalStore): Promise<void> {
  await store.request(A);
  await store.request({ ...A, expires_at: T + 2 * LIFE });
  assertEqual(await store.pending(T), [A]);
  await store.decide(A.id, YES, T);
  await store.request(A);
  assertEqual(await store.pending(T), []);
  assertEqual(await lookUp(store, A), { state: "answered", answer: YES });
}

async function isSeen(here: ApprovalStore, there: ApprovalStore): Promise<void> {
  await here.request(A);
  assertEqual(await there.pending(T), [A]);
  await there.decide(A.id, { ...YES, sticky: true }, T);
  assertEqual(await lookUp(here, A), { state: "answered", answer: YES });
  await there.grant({ subject: "once", expires_at: T + 10, sticky: false });
  const first = await here.take({ subject: "once", run_id: "r1", now: T });
  assertEqual(first.state, "answered");
  assertEqual(await there.take({ subject: "once", run_id: "r2", now: T }), { state: "unknown" });
  assertEqual((await lookUp(there, { ...A, id: "request b", run_id: "run of b" })).state, "answered");
}
