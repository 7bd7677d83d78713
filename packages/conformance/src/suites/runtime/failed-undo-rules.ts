import { ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call } from "./actions.js";
import { countOf } from "./looks.js";
import { rule, type Rule } from "./rig.js";
import { abort, answering, lost, undoneBy, UNDOING } from "./undo-setup.js";

const denied = (): Promise<never> => Promise.reject(new ToolError("no", { class: "denied" }));
const TOOLS = {
  ...UNDOING,
  needsNothing: undoneBy("all", lost),
  needsParameters: undoneBy("$parameters.n", lost),
  needsOutput: undoneBy("$output.id", lost),
  oddAnswer: undoneBy("all", answering("text"), { returns: { type: "object" } }),
  nothingDone: undoneBy("all", denied),
};

/** 5.2: which calls are undone that failed. */
export const FAILED_UNDO_RULES: readonly Rule[] = [
  rule("[5.2] a call that may have acted is compensated where that needs no output", { tools: TOOLS }, async (rig) => {
    for (const [tool, of] of [
      ["needsNothing", "all"],
      ["needsParameters", 7],
    ] as const) {
      const end = await abort(rig, call("a", tool, { parameters: { n: 7 } }));
      assertEqual([end.undone, end.compensated, end.left], [[of], true, "none"], tool);
    }
  }),

  rule("[5.2] so is one that acted and whose answer was refused", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "oddAnswer"));
    assertEqual([end.undone, end.compensated, end.left], [["all"], true, "none"]);
  }),

  rule("[5.2] where the output is needed nothing is tried, and the doubt remains", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "needsOutput"));
    assertEqual([end.undone, end.compensated, end.left], [[], undefined, "unknown"]);
    assertEqual([countOf(rig, "compensation_started"), countOf(rig, "compensation_failed")], [0, 0], "events");
  }),

  rule("[5.2] what did nothing is not undone", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "nothingDone"));
    assertEqual([end.undone, end.compensated, end.left], [[], undefined, "none"]);
  }),

  rule(
    "[5.2] calls that failed are undone among those that succeeded, the last one to end first",
    {
      tools: { ...TOOLS, quick: undoneBy("quick", answering(1, 5)), slow: undoneBy("slow", answering(1, 20)) },
    },
    async (rig) => {
      const end = await abort(rig, call("s", "slow"), call("a", "needsNothing"), call("q", "quick"));
      assertEqual(end.undone, ["slow", "all", "quick"]);
    },
  ),

  rule(
    "[5.2] an `action_ref` target undoes a failed call as far as its parameters lead somewhere",
    { tools: { ...TOOLS, plain: { run: lost } }, schedule: "eager" },
    async (rig) => {
      const a = call("a", "plain", { compensation: { type: "action_ref", action_id: "u" } });
      const reading = await abort(rig, a, call("u", "undo", { parameters: { of: "$a.output.id" } }));
      assertEqual([reading.undone, reading.left], [[], "unknown"], "it needs the output");
      const plain = await abort(rig, a, call("u", "undo", { parameters: { of: "everything" } }));
      assertEqual([plain.undone, plain.left], [["everything"], "none"], "it needs nothing");
    },
  ),

  rule(
    "[5.2] a compensation that fails leaves more than a doubt",
    { tools: { ...TOOLS, undo: { run: lost } } },
    async (rig) => {
      const end = await abort(rig, call("a", "needsNothing"));
      assertEqual([end.compensated, end.left, countOf(rig, "compensation_failed")], [false, "remain", 1]);
    },
  ),
];
