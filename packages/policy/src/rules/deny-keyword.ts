import * as z from "zod";
import type { OperatorTest } from "../conditions/operator-test.js";
import { truthOf } from "../conditions/truth.js";
import { nestedTest } from "../conditions/value-test.js";
import { FOLDING_COST } from "../conditions/work-meter.js";
import { deny } from "../decision/decisions.js";
import { TextField, ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";
import { ALL_ACTIONS, callsOf } from "./rule-scope.js";

/** Denies actions that have one of some words anywhere in their parameters. */
export const DenyKeyword = z.strictObject({
  type: z.literal("deny_keyword"),
  ...ruleBase,
  keywords: z.array(TextField).min(1).max(1_000),
  tools: z.array(ToolField).min(1).optional().describe("Absent: actions of every type, state writes included."),
  case_sensitive: z.boolean().optional().describe("Default: no."),
});
export type DenyKeyword = z.infer<typeof DenyKeyword>;

/** What `denyKeyword` takes. */
export interface DenyKeywordOptions {
  readonly id?: string;
  readonly message?: string;
  readonly keywords: readonly string[];
  /** Exact or `prefix*`. Default: actions of every type, state writes included. */
  readonly tools?: readonly string[];
  /** Default: no. */
  readonly caseSensitive?: boolean;
}

/** Denies an action when a keyword occurs in any text of its parameters, names of members included. */
export function denyKeyword(options: string | DenyKeywordOptions): DenyKeyword {
  const { ...given } = typeof options === "string" ? { keywords: [options] } : options;
  return { type: "deny_keyword", ...toData(given) } as DenyKeyword;
}

export function compileDenyKeyword(rule: DenyKeyword, id: string): DecidingRule {
  const { keywords, tools, case_sensitive, message } = rule;
  const test = nestedTest(keywordTest(keywords, case_sensitive === true));
  const denial = deny(id, message ?? "the parameters hold a denied keyword");
  const undecided = deny(id, message ?? "the parameters are too large to be searched for keywords");
  return actionRule({
    id,
    scope: tools === undefined ? ALL_ACTIONS : callsOf(...tools),
    params: "some",
    judge(parameters) {
      const found = test.some(parameters);
      if (found === "no") return undefined;
      return found === "yes" ? denial : undecided;
    },
  });
}

function keywordTest(keywords: readonly string[], isCaseSensitive: boolean): OperatorTest {
  const wanted = isCaseSensitive ? keywords : keywords.map(foldCase);
  const letters = wanted.reduce((sum, keyword) => sum + keyword.length + 1, 0);
  const isFoundIn = (text: string): boolean => {
    const folded = isCaseSensitive ? text : foldCase(text);
    return wanted.some((keyword) => folded.includes(keyword));
  };
  return {
    holds: (value) => truthOf(typeof value === "string" && isFoundIn(value)),
    costPerCharacter: letters + (isCaseSensitive ? 0 : FOLDING_COST),
    looksInside: true,
  };
}

/** Both steps are needed: only the first makes a plain k of the Kelvin sign, only the second unites both sigmas. */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}
