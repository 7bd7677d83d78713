import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { endings } from "./looks.js";
import { failLater, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes = (ms: number, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...more,
  run: ({ clock }) => later(clock, ms, ms),
});
const TOOLS = {
  mail: takes(100, { max_concurrency: 1 }),
  pay: takes(10),
  look: takes(10, REVERSIBLE),
  fails: { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 10, new Error("broken")) } satisfies ToolUnderTest,
};

/** Runs the actions while another run holds the only place of `mail` for 100 ms. */
const besides = async (rig: Rig, ...actions: Parameters<Rig["run"]>[0]) => {
  const holder = rig.run([call("holder", "mail")]);
  const result = await rig.run(actions);
  assertEqual((await holder).status, "committed", "the other run");
  return { result, calls: rig.calls.filter((text) => !text.endsWith(" holder")) };
};

/** 3.3, where the place that an irreversible call waits for is held by somebody else. */
export const PLACE_RULES: readonly Rule[] = [
  rule(
    "[3.3] an irreversible call that waits for its tool's place holds back the next one as if it ran",
    { tools: TOOLS },
    async (rig) => {
      const { result, calls } = await besides(
        rig,
        call("mail", "mail"),
        call("pay", "pay"),
        call("check", "fails", { dependencies: ["mail"] }),
      );
      assertEqual(calls, ["100 mail", "200 check"], "`pay` is not called before `check` has failed");
      assertEqual([result.status, endings(result)[1]], ["rolled_back", "skipped aborted"]);
    },
  ),

  rule("[3.3] also when nothing comes after it but it may itself abort", { tools: TOOLS }, async (rig) => {
    const { calls } = await besides(rig, call("mail", "mail"), call("pay", "pay"));
    assertEqual(calls, ["100 mail", "200 pay"]);
  }),

  rule("[3.3] also when only what comes after it may abort", { tools: TOOLS }, async (rig) => {
    const { calls } = await besides(
      rig,
      call("mail", "mail", SKIP),
      call("pay", "pay"),
      call("check", "look", { dependencies: ["mail"] }),
    );
    assertEqual(calls, ["100 mail", "200 check", "210 pay"]);
  }),

  rule("[3.3] what can be undone does not wait for it", { tools: TOOLS }, async (rig) => {
    const { calls } = await besides(
      rig,
      call("mail", "mail"),
      call("look", "look", SKIP),
      call("then", "look", { ...SKIP, dependencies: ["look"] }),
    );
    assertEqual(calls, ["0 look", "10 then", "100 mail"]);
  }),

  rule("[3.3] one that threatens nothing holds back nothing", { tools: TOOLS }, async (rig) => {
    const { calls } = await besides(rig, call("mail", "mail", SKIP), call("pay", "pay"));
    assertEqual(calls, ["0 pay", "100 mail"]);
  }),

  rule(
    "[3.3] when it gets the place, it is judged anew",
    { tools: { ...TOOLS, slow: takes(95, REVERSIBLE) } },
    async (rig) => {
      const { calls } = await besides(
        rig,
        call("mail", "mail"),
        call("slow", "slow", SKIP),
        call("check", "look", { dependencies: ["slow"], failure_behavior: "skip" }),
        call("last", "look", { dependencies: ["check"] }),
      );
      // `last` may still abort until 115 ms.
      assertEqual(calls, ["0 slow", "95 check", "105 last", "115 mail"]);
    },
  ),
];
