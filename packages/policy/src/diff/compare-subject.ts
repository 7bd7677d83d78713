import type { Action, JsonObject } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import type { CompiledRule } from "../rules/compiled-rule.js";
import type { DataRule } from "../rules/data-rule.js";
import type { PolicySituation } from "../situation/policy-situation.js";
import { askedOf } from "../situation/situation-request.js";
import { type Fragment, MAX_FRAGMENTS, optionsOf } from "./component-options.js";
import { type Look, looksOf } from "./dimensions.js";

/** What some rules say together. */
export type Answers = Decision["effect"] | "none";

/** A rule of either policy, or of both. */
export interface SubjectRule {
  readonly rule: DataRule;
  readonly compiled: CompiledRule;
  readonly side: "old" | "new" | "both";
}

/** Two policies, as far as they see one action. */
export interface Comparison {
  readonly rules: readonly SubjectRule[];
  readonly defaults: readonly ["allow" | "deny", "allow" | "deny"];
  /** Gets the reasons why not everything is decided. */
  readonly undecided: Set<string>;
}

/** What both say, and a situation in which they do. */
interface Outcome {
  readonly old: Answers;
  readonly now: Answers;
  readonly fragment: Fragment;
}

const ORDER: readonly Answers[] = ["none", "allow", "require_approval", "deny"];

/** Situations in which the two decide differently about one action: one for each pair of effects. */
export function compareSubject(action: Action, comparison: Comparison): readonly PolicySituation[] {
  const { rules, defaults, undecided } = comparison;
  if (rules.every(({ side }) => side === "both") && defaults[0] === defaults[1]) return [];
  let outcomes: readonly Outcome[] = [{ old: "none", now: "none", fragment: {} }];
  for (const component of componentsOf(rules, undecided)) {
    const own = outcomesOf(action, component, comparison);
    outcomes = distinct(outcomes.flatMap((left) => own.map((right) => together(left, right))));
  }
  const effect = (answer: Answers, fallback: Answers): Answers => (answer === "none" ? fallback : answer);
  const different = outcomes.map(({ old, now, fragment }) => ({
    old: effect(old, defaults[0]),
    now: effect(now, defaults[1]),
    fragment,
  }));
  return distinct(different.filter(({ old, now }) => old !== now)).map(({ fragment }) => situationOf(action, fragment));
}

interface Component {
  readonly rules: readonly SubjectRule[];
  readonly looks: readonly Look[];
}

/** Rules that look at the same things, together: what others say does not depend on those. */
function componentsOf(rules: readonly SubjectRule[], undecided: Set<string>): readonly Component[] {
  let components: Component[] = [];
  for (const subject of rules) {
    const looks = looksOf(subject.rule);
    if (typeof looks === "string") {
      // Of a rule that both have it is enough to know that it can be silent, as all of these can.
      if (subject.side !== "both" || subject.rule.type === "allow_tool_param")
        undecided.add(`\`${subject.compiled.id}\`: ${looks}`);
      continue;
    }
    const names = new Set(looks.map(({ name }) => name));
    const touching = components.filter((each) => each.looks.some(({ name }) => names.has(name)));
    components = components.filter((each) => !touching.includes(each));
    components.push({
      rules: [...touching.flatMap((each) => each.rules), subject],
      looks: [...touching.flatMap((each) => each.looks), ...looks],
    });
  }
  return components;
}

function outcomesOf(
  action: Action,
  { rules, looks }: Component,
  { undecided, defaults }: Comparison,
): readonly Outcome[] {
  const why = new Set<string>();
  const fragments = fragmentsOf(looks, { rules, why });
  const outcomes = distinct(
    fragments.map((fragment) => ({ ...answersOf(situationOf(action, fragment), rules), fragment })),
  );
  if (why.size > 0 && !isHarmless(rules, { outcomes, defaults })) {
    const names = rules.map(({ compiled }) => `\`${compiled.id}\``).join(", ");
    for (const reason of why) undecided.add(`${names}: ${reason}`);
  }
  return outcomes;
}

/** Rules that both policies have hide differences; where they can be silent they hide none. */
function isHarmless(
  rules: readonly SubjectRule[],
  { outcomes, defaults }: { readonly outcomes: readonly Outcome[]; readonly defaults: Comparison["defaults"] },
): boolean {
  if (rules.some(({ side }) => side !== "both") || defaults.includes("deny")) return false;
  return outcomes.some(({ old, now }) => old === "none" && now === "none");
}

function fragmentsOf(
  looks: readonly Look[],
  { rules, why }: { readonly rules: readonly SubjectRule[]; readonly why: Set<string> },
): readonly Fragment[] {
  const bounds = rules.flatMap(({ rule }) => (rule.type === "max_calls" ? [rule.max] : []));
  let all: readonly Fragment[] = [{}];
  for (const name of new Set(looks.map((look) => look.name))) {
    const { fragments, undecided } = optionsOf(
      looks.filter((look) => look.name === name),
      bounds,
    );
    if (undecided !== undefined) why.add(undecided);
    if (all.length * fragments.length > MAX_FRAGMENTS) {
      why.add("there are too many combinations");
      continue;
    }
    all = all.flatMap((left) => fragments.map((right) => merged(left, right)));
  }
  return all;
}

function merged(left: Fragment, right: Fragment): Fragment {
  return {
    ...left,
    ...right,
    parameters: { ...left.parameters, ...right.parameters },
    state: { ...left.state, ...right.state },
    labels: { ...left.labels, ...right.labels },
    sources: { ...left.sources, ...right.sources },
    history: [...(left.history ?? []), ...(right.history ?? [])],
  };
}

function situationOf(action: Action, { parameters, state, history, labels, sources, sink }: Fragment): PolicySituation {
  const isGiven = (part: object | undefined): boolean => part !== undefined && Object.keys(part).length > 0;
  return {
    action: { ...action, parameters: { ...(action.parameters as JsonObject), ...parameters } } as Action,
    ...(isGiven(state) && { state }),
    ...(isGiven(history) && { history: [...history!] }),
    ...(isGiven(labels) && { labels: { params: labels as Record<string, string[]> } }),
    ...(isGiven(sources) && { sources }),
    ...(sink === true && { sink }),
  };
}

function answersOf(situation: PolicySituation, rules: readonly SubjectRule[]): Pick<Outcome, "old" | "now"> {
  const asked = askedOf(situation, () => []);
  let old: Answers = "none";
  let now: Answers = "none";
  for (const { compiled, side } of rules) {
    if (compiled.kind !== "deciding") continue;
    // Rules of documents answer at once.
    const answer = (compiled.evaluate(asked.request, asked.state) as Decision | undefined)?.effect ?? "none";
    if (side !== "new") old = stricter(old, answer);
    if (side !== "old") now = stricter(now, answer);
  }
  return { old, now };
}

function stricter(left: Answers, right: Answers): Answers {
  return ORDER.indexOf(left) >= ORDER.indexOf(right) ? left : right;
}

function together(left: Outcome, right: Outcome): Outcome {
  return {
    old: stricter(left.old, right.old),
    now: stricter(left.now, right.now),
    fragment: merged(left.fragment, right.fragment),
  };
}

/** One outcome for each pair of answers, the first. */
function distinct(outcomes: readonly Outcome[]): readonly Outcome[] {
  const seen = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const key = `${outcome.old} ${outcome.now}`;
    if (!seen.has(key)) seen.set(key, outcome);
  }
  return [...seen.values()];
}
