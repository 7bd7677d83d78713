import type { JsonValue } from "@car/ir";
import { canonicalText, sameJson } from "./json-text.js";
import type { ModelRun } from "./run.js";
import type { ScriptedRule } from "./world.js";

/** What the policy says about one attempt at a call, and why it wants it approved. */
export interface ModelDecision {
  readonly effect: "allow" | "deny" | "require_approval";
  /** The reasons for asking, as one text: an approval covers all of them, in their order, and no others. */
  readonly reasons: string;
}

/** When the policy is asked. */
type Moment = Pick<ModelRun, "world" | "cells" | "now">;

/** Asks the scripted policy about attempt number `attempt` of a call of `tool`. A denial wins. */
export function policyDecision(run: Moment, tool: string, attempt: number): ModelDecision {
  const rules = run.world.policy.filter((rule) => rule.tool === tool);
  if (rules.some((rule) => denies(run, rule))) return { effect: "deny", reasons: "" };
  const reasons = rules.filter(({ effect }) => effect === "require_approval").map((rule) => quoted(run, rule, attempt));
  return { effect: reasons.length === 0 ? "allow" : "require_approval", reasons: JSON.stringify(reasons) };
}

function denies(run: Moment, rule: ScriptedRule): boolean {
  if (rule.effect !== "require_state") return rule.effect === "deny";
  const cell = run.cells.get(rule.key);
  const seen = rule.trust === "model" ? cell?.newest : cell?.trusted;
  return !sameJson(seen?.value, rule.value);
}

function quoted(run: Moment, rule: ScriptedRule, attempt: number): readonly unknown[] {
  const place = run.world.policy.indexOf(rule);
  const quotes = rule.effect === "require_approval" ? rule.quotes : undefined;
  switch (quotes?.what) {
    case undefined:
      return [place];
    case "attempt":
      return [place, attempt];
    case "time":
      return [place, Math.floor(run.now / quotes.stepMs)];
    case "state":
      return [place, textOf(run.cells.get(quotes.key)?.newest?.value)];
  }
}

function textOf(value: JsonValue | undefined): string {
  return value === undefined ? "" : canonicalText(value);
}
