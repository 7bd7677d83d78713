import { type Action, isPrefixPattern, matchesKey } from "@car/ir";
import type { CompiledRule, CountingRule, DecidingRule } from "../rules/compiled-rule.js";

/** The rules that see one kind of action, in the order in which they were given. */
export interface RuleSet {
  readonly deciding: readonly DecidingRule[];
  readonly counting: readonly CountingRule[];
  /** State keys that any of them reads, each once. */
  readonly keysRead: readonly string[];
}

/** Tools whose rules are remembered. Names beyond that are looked up each time, so a caller cannot fill the memory. */
const MAX_REMEMBERED = 10_000;

/** Finds the rules for an action in time that does not depend on how many rules there are for other tools. */
export function indexRules(rules: readonly CompiledRule[]): (action: Action) => RuleSet {
  const forState = ruleSet(rules.filter(({ scope }) => scope.stateActions));
  const { exact, open } = positions(rules);
  const remembered = new Map<string, RuleSet>();

  const collect = (tool: string): RuleSet => {
    const matching = open.filter((at) => rules[at]?.scope.tools.some((pattern) => matchesKey(pattern, tool)));
    const found = [...(exact.get(tool) ?? []), ...matching].sort((left, right) => left - right);
    return ruleSet(found.flatMap((at) => rules[at] ?? []));
  };

  return (action) => {
    if (action.type !== "tool_call") return forState;
    const known = remembered.get(action.tool);
    if (known !== undefined) return known;
    const found = collect(action.tool);
    if (remembered.size < MAX_REMEMBERED) remembered.set(action.tool, found);
    return found;
  };
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
  return {
    deciding: rules.filter((rule) => rule.kind === "deciding"),
    counting: rules.filter((rule) => rule.kind === "counting"),
    keysRead: Object.freeze([...new Set(rules.flatMap(({ keysRead }) => keysRead))]),
  };
}
