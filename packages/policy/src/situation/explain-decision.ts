import { ALLOW, type Decision } from "@car/ir/ports";
import { combineDecisions } from "../decision/combine-decisions.js";
import { askApproval, deny } from "../decision/decisions.js";
import type { PolicyDocument } from "../document/policy-document.js";
import { type SoundPolicy, soundPolicy } from "../document/sound-policy.js";
import { indexRules, type RuleIndex } from "../engine/rule-index.js";
import type { CompiledRule, CountingRule, DecidingRule } from "../rules/compiled-rule.js";
import { compileRule, type PolicyRule } from "../rules/compile-rule.js";
import type { PolicySituation } from "./policy-situation.js";
import { remedyOf } from "./remedy.js";
import { type Asked, askedOf } from "./situation-request.js";

/** What one rule said. */
export interface RuleSaying {
  readonly rule: string;
  readonly type: PolicyRule["type"];
  /** `none`: it saw the action and had nothing to say. */
  readonly effect: Decision["effect"] | "none";
  readonly messages: readonly string[];
  /** What would have to change for it to say nothing. Quotes the rule, so it is for its author and not for a model. */
  readonly remedy?: string;
}

/** A decision and how it came about. */
export interface DecisionExplanation {
  readonly decision: Decision;
  /** Every rule that saw the action, in the order of the policy. */
  readonly rules: readonly RuleSaying[];
  /** What would have to change for the action to be allowed; empty if it is. */
  readonly remedies: readonly string[];
}

/** Answers questions about situations. */
export interface SituationPolicy {
  readonly policy: SoundPolicy;
  explain(situation: PolicySituation): Promise<DecisionExplanation>;
}

/**
 * What a policy says of a situation, rule by rule. Rules over plans are asked about a proposal of `batch` such calls.
 * @throws `PolicyDocumentInvalidError` (as a rejection) for rules that are none.
 */
export async function explainDecision(
  rules: readonly PolicyRule[] | PolicyDocument,
  situation: PolicySituation,
): Promise<DecisionExplanation> {
  return situationPolicy(rules).explain(situation);
}

/** Compiles once, to be asked often. Nothing is kept from one question to the next. */
export function situationPolicy(rules: readonly PolicyRule[] | PolicyDocument): SituationPolicy {
  const policy = soundPolicy(rules);
  const compiled = policy.rules.map((rule, at) => compileRule(rule, policy.ids[at] ?? ""));
  return { policy, explain: (situation) => explain(situation, { policy, compiled, index: indexRules(compiled) }) };
}

interface Compiled {
  readonly policy: SoundPolicy;
  readonly compiled: readonly CompiledRule[];
  readonly index: RuleIndex;
}

async function explain(
  situation: PolicySituation,
  { policy, compiled, index }: Compiled,
): Promise<DecisionExplanation> {
  const asked = askedOf(situation, (tool) => index.forTool(tool).removes);
  const { deciding, counting } = index.forAction(situation.action);
  const seen: readonly CompiledRule[] = compiled.filter(
    (rule) => deciding.includes(rule as DecidingRule) || counting.includes(rule as CountingRule),
  );
  const answers = await Promise.all(
    seen.map(async (rule) => {
      const source = policy.rules[compiled.indexOf(rule)]!;
      return { rule, source, answer: await answerOf(rule, source, { asked, situation }) };
    }),
  );
  const given = answers.flatMap(({ answer }) => answer ?? []);
  const fallback = policy.defaultEffect === "allow" ? ALLOW : deny("default", "no rule allows this");
  const decision = given.length === 0 ? fallback : decided(answers, fallback);
  const sayings = answers.map(({ rule, source, answer }) => sayingOf(rule.id, source, answer));
  return { decision, rules: sayings, remedies: remediesOf(decision, sayings) };
}

interface Answered {
  readonly rule: CompiledRule;
  readonly answer: Decision | undefined;
}

/** Counting rules come on top of what the others decide: a full one does not stand in for an allowance. */
function decided(answers: readonly Answered[], fallback: Decision): Decision {
  const of = (kind: "counting" | "deciding"): readonly Decision[] =>
    answers.flatMap(({ rule, answer }) => (rule.kind === kind && answer !== undefined ? [answer] : []));
  const own = of("deciding");
  return combineDecisions([own.length === 0 ? fallback : combineDecisions(own), ...of("counting")]);
}

interface Question {
  readonly asked: Asked;
  readonly situation: PolicySituation;
}

async function answerOf(rule: CompiledRule, source: PolicyRule, question: Question): Promise<Decision | undefined> {
  if (rule.kind === "endorsing") return undefined;
  if (rule.kind === "counting") return countedAnswer(rule, source, question);
  const { asked } = question;
  try {
    const found = await rule.evaluate(asked.request, asked.state);
    const planned = rule.plan?.(asked.plan, asked.positions) ?? [];
    const late = planned.map(({ effect, message }) =>
      effect === "deny" ? deny(rule.id, message) : askApproval(rule.id, message),
    );
    // The plan is asked what the call is asked: it has a say only where that one has none.
    return found ?? late[0];
  } catch {
    return deny(rule.id, "the rule failed");
  }
}

/** A limit of its own for each question, in which the earlier calls have just been counted. */
function countedAnswer(rule: CountingRule, source: PolicyRule, { asked, situation }: Question): Decision | undefined {
  const fresh = compileRule(source, rule.id) as CountingRule;
  const index = indexRules([fresh]);
  for (const { tool, times = 1 } of situation.history ?? []) {
    if (index.forTool(tool).counting.length === 0) continue;
    for (let call = 0; call < times && fresh.hasRoom(asked.request); call++) fresh.take(asked.request);
  }
  return fresh.hasRoom(asked.request) ? undefined : fresh.denial;
}

function sayingOf(id: string, source: PolicyRule, answer: Decision | undefined): RuleSaying {
  const effect = answer?.effect ?? "none";
  const stops = effect === "deny" || effect === "require_approval";
  return {
    rule: id,
    type: source.type,
    effect,
    messages: (answer?.reasons ?? []).map(({ message }) => message),
    ...(stops && { remedy: remedyOf(source) }),
  };
}

function remediesOf({ effect, reasons }: Decision, sayings: readonly RuleSaying[]): readonly string[] {
  if (effect === "allow") return [];
  const remedies = sayings.flatMap(({ rule, remedy }) => (remedy === undefined ? [] : [`${rule}: ${remedy}`]));
  const isDefault = reasons.some(({ policy_id }) => policy_id === "default");
  return isDefault ? [...remedies, "default: a rule such as `allow_tool` or `allow_state` allows it"] : remedies;
}
