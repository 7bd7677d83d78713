import { type Action, matchesKey } from "@car/ir";
import { isPrefixPattern } from "@car/ir/internal";
import type { CompiledRule, CountingRule, DecidingRule, Judgement } from "../rules/compiled-rule.js";

/** The rules that see one kind of action, in the order in which they were given. */
export interface RuleSet {
  readonly deciding: readonly DecidingRule[];
  /** Those of them that also judge whole proposals. */
  readonly planning: readonly DecidingRule[];
  /** Those of them that look at nothing but the action. */
  readonly judging: readonly JudgingRule[];
  /** Labels that come off what the tool puts out. */
  readonly removes: readonly string[];
  readonly counting: readonly CountingRule[];
  /** State keys that any of them reads, each once. */
  readonly keysRead: readonly string[];
}

/** A rule that looks at nothing but the action. */
export type JudgingRule = DecidingRule & { readonly judgement: Judgement };

/** Tools whose rules are remembered. Names beyond that are looked up each time, so a caller cannot fill the memory. */
const MAX_REMEMBERED = 10_000;

/** Finds the rules for an action in time that does not depend on how many rules there are for other tools. */
export function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  const forState = ruleSet(rules.filter(({ scope }) => scope.stateActions));
  const { exact, open } = positions(rules);
  const remembered = new Map<string, RuleSet>();

  const collect = (tool: string): RuleSet => {
    const matching = open.filter((at) => rules[at]?.scope.tools.some((pattern) => matchesKey(pattern, tool)));
    const found = [...(exact.get(tool) ?? []), ...matching].sort((left, right) => left - right);
    return ruleSet(found.flatMap((at) => rules[at] ?? []));
  };

  const forTool = (tool: string): RuleSet => {
    const known = remembered.get(tool);
    if (known !== undefined) return known;
    const found = collect(tool);
    if (remembered.size < MAX_REMEMBERED) remembered.set(tool, found);
    return found;
  };
  return { forTool, forAction: (action) => (action.type === "tool_call" ? forTool(action.tool) : forState) };
}

/** Finds rules. */
export interface RuleIndex {
  /** Those that see an action. */
  readonly forAction: (action: Action) => RuleSet;
  /** Those that see the calls of a tool. */
  readonly forTool: (tool: string) => RuleSet;
}

/** Positions of the rules that name tools exactly, by tool, and of those that have a pattern. */
function positions(rules: readonly CompiledRule[]): { exact: Map<string, number[]>; open: number[] } {
  const exact = new Map<string, number[]>();
  const open: number[] = [];
  for (const [at, { scope }] of rules.entries()) {
    if (scope.tools.some(isPrefixPattern)) open.push(at);
    else for (const tool of new Set(scope.tools)) pushTo(exact, tool, at);
  }
  return { exact, open };
}

function pushTo(exact: Map<string, number[]>, tool: string, at: number): void {
  const known = exact.get(tool);
  if (known === undefined) exact.set(tool, [at]);
  else known.push(at);
}

function ruleSet(rules: readonly CompiledRule[]): RuleSet {
  const deciding = rules.filter((rule) => rule.kind === "deciding");
  return {
    deciding,
    planning: deciding.filter((rule) => rule.plan !== undefined),
    judging: deciding.filter((rule): rule is JudgingRule => rule.judgement !== undefined),
    removes: Object.freeze([...new Set(rules.flatMap((rule) => (rule.kind === "endorsing" ? rule.removes : [])))]),
    counting: rules.filter((rule) => rule.kind === "counting"),
    keysRead: Object.freeze([...new Set(rules.flatMap(({ keysRead }) => keysRead))]),
  };
}
