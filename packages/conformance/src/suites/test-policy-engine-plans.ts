import type { JsonObject } from "@car/ir";
import type { PlanFinding } from "@car/ir/ports";
import { assertEqual } from "../assert.js";
import { policyState } from "../policy/policy-request.js";
import { type PastCall, type PlanFacts, policyHistory, policyPlan } from "../policy/policy-surroundings.js";
import type { TestRunner } from "../test-runner.js";
import { ask, effectOf, engineOf, idsOf, type PolicyFactory } from "./test-policy-engine-tools.js";

/** PO-65 and PO-80 to PO-87: rules over a whole proposal, and over the calls before it. */
export function testPolicyPlans(it: TestRunner["it"], create: PolicyFactory): void {
  const offenders = findOffenders(create);
  const after = afterCalls(create);
  testFlowInPlans(it, create);
  testMaxCalls(it, { offenders, after });
  testOrder(it, { offenders, after });
  testTogether(it, { offenders, after });
  testDuties(it, { offenders, after });
  testContradictions(it, create);
}

interface Tools {
  /** Ids of the actions that one rule denies in a plan. */
  readonly offenders: ReturnType<typeof findOffenders>;
  /** What one rule says of a call after others. */
  readonly after: ReturnType<typeof afterCalls>;
}

function findOffenders(create: PolicyFactory) {
  return async (rule: JsonObject, actions: readonly object[], facts?: PlanFacts): Promise<readonly string[]> =>
    (await findings(create, rule, { actions, facts })).flatMap(({ action_ids }) => action_ids);
}

async function findings(
  create: PolicyFactory,
  rule: JsonObject,
  { actions, facts }: { readonly actions: readonly object[]; readonly facts?: PlanFacts | undefined },
): Promise<readonly PlanFinding[]> {
  const engine = await engineOf(create, [{ id: "rule", ...rule }]);
  const endorses = (tool: string): readonly string[] => engine.endorses?.(tool) ?? [];
  const found = (await engine.checkPlan?.(policyPlan(actions, { endorses, ...facts }), policyState())) ?? [];
  for (const { policy_id } of found) assertEqual(policy_id, "rule", "the name of the rule");
  return found;
}

interface AskedCall {
  readonly tool: string;
  readonly parameters: JsonObject;
}

function afterCalls(create: PolicyFactory) {
  return async (rule: JsonObject, asked: string | AskedCall, past: readonly PastCall[]) => {
    const question = typeof asked === "string" ? { tool: asked } : asked;
    return effectOf(await engineOf(create, [rule]), { ...question, history: policyHistory(past) });
  };
}

function call(id: string, tool: string, more: object = {}): object {
  return { id, type: "tool_call", tool, ...more };
}

function testFlowInPlans(it: TestRunner["it"], create: PolicyFactory): void {
  const tools = { read: { source_label: "untrusted" } } as PlanFacts["tools"];
  const direct = [call("r", "read"), call("s", "send", { parameters: { to: "$r.output.from", body: "x" } })];
  const rule = { type: "deny_flow", from: "untrusted", to: { tool: "send", param: "to" } };

  it("[PO-65] [6.4] what follows from references is decided before anything runs, under the rule's name", async () => {
    assertEqual((await findings(create, rule, { actions: direct, facts: { tools: tools! } }))[0]?.action_ids, ["s"]);
    const other = [call("r", "read"), call("s", "send", { parameters: { to: "x", body: "$r.output" } })];
    assertEqual(await findOffenders(create)(rule, other, { tools: tools! }), []);
  });

  it("[PO-65] [6.4] labels go through interpolation, calls in between and state_write, and stop at what is endorsed", async () => {
    const through = (tool: string): readonly object[] => [
      call("r", "read"),
      call("m", tool, { parameters: { text: "see ${r.output}" } }),
      { id: "w", type: "state_write", parameters: { key: "k", value: { deep: ["$m.output"] } } },
      call("s", "send", { parameters: { to: { $ref: "w.output.deep[0]" } } }),
    ];
    const offenders = findOffenders(create);
    assertEqual(await offenders(rule, through("shorten"), { tools: tools! }), ["s"]);
    const endorses = (tool: string): readonly string[] => (tool === "shorten" ? ["untrusted"] : []);
    assertEqual(await offenders(rule, through("shorten"), { tools: tools!, endorses }), []);
  });

  it("[PO-65] [6.4] literal values are judged by where they were seen, those that only outputs will tell are left open", async () => {
    const only = { type: "trusted_only", tool: "send", param: "to", effect: "require_approval" };
    const actions = [call("r", "read"), call("a", "send", { parameters: { to: "ann" } }), direct[1]!];
    const [found, ...rest] = await findings(create, only, { actions });
    assertEqual([found?.effect, found?.action_ids, rest], ["require_approval", ["a"], []]);
    assertEqual(await findOffenders(create)(only, actions, { seen: { '"ann"': "request" } }), []);
  });
}

function testMaxCalls(it: TestRunner["it"], { offenders, after }: Tools): void {
  const rule = { type: "max_calls", tool: "send", max: 2 };
  const three = [call("a", "send"), call("b", "send"), call("c", "send"), call("d", "read")];

  it("[PO-80] [6.3] max_calls refuses a proposal with too many calls, those before it included", async () => {
    assertEqual(await offenders(rule, three), ["c"]);
    assertEqual(await offenders(rule, three, { past: [{ tool: "send", succeeded: false }] }), ["b", "c"]);
    assertEqual(await offenders({ ...rule, per: "proposal" }, three.slice(1), { past: [{ tool: "send" }] }), []);
    assertEqual(await offenders({ ...rule, per: "proposal" }, three), ["c"]);
  });

  it("[PO-80] [6.3] max_calls counts the calls of a session, whatever came of them", async () => {
    assertEqual(await after(rule, "send", [{ tool: "send" }]), "allow");
    assertEqual(await after(rule, "send", [{ tool: "send" }, { tool: "send", succeeded: false }]), "deny");
    assertEqual(await after({ ...rule, tool: "se*" }, "send", [{ tool: "sell" }, { tool: "send" }]), "deny");
    assertEqual(await after({ ...rule, max: 0 }, "send", []), "deny");
  });

  it("[PO-85] [6.3] what runs only to undo something is not counted", async () => {
    const undo = call("u", "send");
    const book = call("b", "book", { compensation: { type: "action_ref", action_id: "u" } });
    assertEqual(await offenders({ ...rule, max: 0 }, [book, undo]), []);
  });
}

function testOrder(it: TestRunner["it"], { offenders, after }: Tools): void {
  const precede = { type: "must_precede", first: "check", then: "pay" };
  const never = { type: "never_after", first: "read", then: "send" };

  it("[PO-81] [6.3] must_precede denies until the first one has succeeded", async () => {
    assertEqual(await after(precede, "pay", []), "deny");
    assertEqual(await after(precede, "pay", [{ tool: "check", succeeded: false }]), "deny");
    assertEqual(await after(precede, "pay", [{ tool: "check" }]), "allow");
    assertEqual(await after(precede, "check", []), "allow");
  });

  it("[PO-81] [6.3] must_precede refuses a plan in which it cannot come first", async () => {
    const pay = call("p", "pay");
    assertEqual(await offenders(precede, [pay]), ["p"]);
    assertEqual(await offenders(precede, [pay], { past: [{ tool: "check" }] }), []);
    assertEqual(await offenders(precede, [call("c", "check"), pay]), []);
    assertEqual(await offenders(precede, [pay, call("c", "check", { dependencies: ["p"] })]), ["p"]);
  });

  it("[PO-83] [6.3] never_after denies once the other was called, whatever came of it", async () => {
    assertEqual(await after(never, "send", []), "allow");
    assertEqual(await after(never, "send", [{ tool: "read", succeeded: false }]), "deny");
    assertEqual(await after(never, "read", [{ tool: "send" }]), "allow");
  });

  it("[PO-83] [6.3] never_after refuses a plan that has that order, and names both", async () => {
    const send = call("s", "send", { dependencies: ["r"] });
    assertEqual(await offenders(never, [call("r", "read"), call("x", "other"), send]), ["r", "s"]);
    assertEqual(await offenders(never, [call("s", "send"), call("r", "read", { dependencies: ["s"] })]), []);
    assertEqual(await offenders(never, [call("s", "send")], { past: [{ tool: "read" }] }), ["s"]);
  });
}

function testTogether(it: TestRunner["it"], { offenders, after }: Tools): void {
  const rule = { type: "never_together", tools: ["read_*", "send"] };

  it("[PO-82] [6.3] never_together lets one of its tools into a session, however often", async () => {
    assertEqual(await after(rule, "send", [{ tool: "send" }, { tool: "other" }]), "allow");
    assertEqual(await after(rule, "send", [{ tool: "read_mail" }]), "deny");
    assertEqual(await after(rule, "read_file", [{ tool: "read_mail" }]), "allow");
    assertEqual(await after(rule, "read_file", [{ tool: "send", succeeded: false }]), "deny");
  });

  it("[PO-82] [PO-85] [6.3] never_together refuses a plan and names the actions in their order", async () => {
    const actions = [call("s", "send"), call("x", "other"), call("r", "read_mail"), call("t", "send")];
    assertEqual(await offenders(rule, actions), ["s", "r", "t"]);
    assertEqual(await offenders(rule, [actions[0]!, actions[3]!]), []);
    assertEqual(await offenders(rule, [actions[0]!], { past: [{ tool: "read_mail" }] }), ["s"]);
  });
}

function testDuties(it: TestRunner["it"], { offenders, after }: Tools): void {
  const rule = { type: "separation_of_duties", tools: ["create_*", "approve"], param: "id" };

  it("[PO-84] [6.3] separation_of_duties denies a second duty for the same thing", async () => {
    const past = [{ tool: "create_order", parameters: { id: 7 } }];
    assertEqual(await after(rule, { tool: "approve", parameters: { id: 7 } }, past), "deny");
    assertEqual(await after(rule, { tool: "approve", parameters: { id: 8 } }, past), "allow");
    assertEqual(await after(rule, { tool: "create_order", parameters: { id: 7 } }, past), "allow");
    assertEqual(await after(rule, { tool: "approve", parameters: {} }, [{ tool: "create_order" }]), "deny");
  });

  it("[PO-84] [6.3] separation_of_duties refuses a plan that has both duties for one thing", async () => {
    const create = call("c", "create_order", { parameters: { id: 7 } });
    const approve = (id: number): object => call("a", "approve", { parameters: { id } });
    assertEqual(await offenders(rule, [create, approve(7)]), ["c", "a"]);
    assertEqual(await offenders(rule, [create, approve(8)]), []);
    assertEqual(await offenders(rule, [create, call("a", "approve", { parameters: { id: "$c.output" } })]), []);
  });
}

function testContradictions(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-87] rules that contradict each other deny, each under its own name", async () => {
    const engine = await engineOf(create, [
      { type: "must_precede", id: "before", first: "a", then: "b" },
      { type: "never_after", id: "after", first: "a", then: "b" },
    ]);
    const ids = async (past: readonly PastCall[]): Promise<readonly string[]> => {
      const decision = await ask(engine, { tool: "b", history: policyHistory(past) });
      return idsOf(decision);
    };
    assertEqual(await ids([]), ["before"]);
    assertEqual(await ids([{ tool: "a" }]), ["after"]);
  });
}
