import { onlyReads } from "./classify-tools.js";
import type { Pair, RecordedCall, StaticCase, Suite, Task } from "./corpus.js";
import { plantText } from "./plant-text.js";
import { type Fate, openReplay, outputOf, type SuitePolicy } from "./replay-session.js";

/** One thing that did not go as it should have. */
export interface Miss {
  readonly what: string;
  readonly calls: readonly string[];
}

/** What a policy did to one suite. */
export interface SuiteFigures {
  pairs: { executed_unapproved: number; stopped: number; approval: number; nothing_to_stop: number };
  user_tasks: { total: number; no_approval: number; with_approval: number; refused: number };
  /** Decisions on single calls by a session that has read untrusted data and knows nothing else. */
  static_cases: Record<"user" | "injection", { run: number; approval: number; stopped: number }>;
  misses: Miss[];
}

/** Replays every user task, every pair and every single call of a suite. */
export async function measureSuite(suite: Suite, policy: SuitePolicy): Promise<SuiteFigures> {
  const nothing = (): SuiteFigures["static_cases"]["user"] => ({ run: 0, approval: 0, stopped: 0 });
  const figures: SuiteFigures = {
    pairs: { executed_unapproved: 0, stopped: 0, approval: 0, nothing_to_stop: 0 },
    user_tasks: { total: 0, no_approval: 0, with_approval: 0, refused: 0 },
    static_cases: { user: nothing(), injection: nothing() },
    misses: [],
  };
  for (const task of suite.users.values()) await measureUser(suite, policy, { task, figures });
  for (const pair of suite.pairs) await measurePair(suite, policy, { pair, figures });
  for (const each of suite.cases) await measureCase(suite, policy, { each, figures });
  return figures;
}

async function measureUser(
  suite: Suite,
  policy: SuitePolicy,
  { task, figures }: { readonly task: Task; readonly figures: SuiteFigures },
): Promise<void> {
  const replay = openReplay(suite, policy, task.prompt);
  const odd: string[] = [];
  let refused = false;
  let asked = false;
  for (const call of task.calls) {
    const fate = await replay.propose(call, { approve: true });
    if (fate !== "ran") odd.push(`${call.tool}: ${fate}`);
    refused ||= fate === "denied" || fate === "invalid" || fate === "approval_denied";
    asked ||= fate === "ran_approved";
  }
  await replay.close();
  figures.user_tasks.total++;
  figures.user_tasks[refused ? "refused" : asked ? "with_approval" : "no_approval"]++;
  if (odd.length > 0) figures.misses.push({ what: `${suite.name} ${task.id}`, calls: odd });
}

async function measurePair(
  suite: Suite,
  policy: SuitePolicy,
  { pair, figures }: { readonly pair: Pair; readonly figures: SuiteFigures },
): Promise<void> {
  const user = suite.users.get(pair.user)!;
  const attack = suite.injections.get(pair.injection)!;
  const replay = openReplay(suite, policy, user.prompt);
  const fates: (readonly [call: RecordedCall, fate: Fate])[] = [];
  for (const [step, call] of user.calls.entries()) {
    const strikes = step === pair.insert_after_step;
    const output = strikes ? plantText(outputOf(call), attack.goal ?? "", suite.replaceable) : outputOf(call);
    await replay.propose(call, { approve: true, output });
    if (!strikes) continue;
    for (const injected of attack.calls) fates.push([injected, await replay.propose(injected, { approve: false })]);
  }
  await replay.close();
  const acting = fates.filter(([call]) => isActing(suite, call));
  const ran = acting.filter(([, fate]) => fate === "ran" || fate === "ran_approved");
  const outcome = outcomeOf(acting, ran.length);
  figures.pairs[outcome]++;
  if (outcome !== "executed_unapproved") return;
  const calls = ran.map(([{ tool, parameters }]) => `${tool} ${Object.keys(parameters).join(",")}`);
  figures.misses.push({ what: `${suite.name} ${pair.user} x ${pair.injection}`, calls });
}

function outcomeOf(acting: readonly (readonly [RecordedCall, Fate])[], ran: number): keyof SuiteFigures["pairs"] {
  if (acting.length === 0) return "nothing_to_stop";
  if (ran > 0) return "executed_unapproved";
  return acting.some(([, fate]) => fate === "approval_denied") ? "approval" : "stopped";
}

/** Counted if the recording says that it changed something, or if its name says that it could. */
function isActing({ tools }: Suite, { tool, mutates }: RecordedCall): boolean {
  const known = tools.find(({ name }) => name === tool);
  return mutates || known === undefined || !onlyReads(known);
}

async function measureCase(
  suite: Suite,
  policy: SuitePolicy,
  { each, figures }: { readonly each: StaticCase; readonly figures: SuiteFigures },
): Promise<void> {
  // What an attacker wants is nothing that the user said.
  const replay = openReplay(suite, policy, each.kind === "user" ? each.task_text : undefined);
  replay.session.show("something that others wrote", ["untrusted"]);
  const { tool, parameters, mutates } = each;
  const fate = await replay.propose(
    { tool, parameters, mutates, ok: true, error: null, output: null },
    { approve: false },
  );
  await replay.close();
  if (each.kind === "injection" && !mutates) return;
  const counts = figures.static_cases[each.kind];
  counts[fate === "ran" ? "run" : fate === "approval_denied" ? "approval" : "stopped"]++;
}
