import { type Action, jsonEqual, type JsonValue, matchesKey } from "@car/ir";
import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import { isMet, isMetByAll, type ReferenceCondition } from "./reference-conditions.js";

/** Whether a pattern occurs in a text. */
export type Matcher = (pattern: string, text: string) => boolean;

/** A rule as a document writes it; which members it has depends on its type. */
export interface ReferenceRule extends ReferenceCondition {
  readonly type: string;
  readonly id?: string;
  readonly tool?: string;
  readonly tools?: readonly string[];
  readonly keys?: readonly string[];
  readonly access?: "read" | "write";
  readonly optional?: boolean;
  readonly keywords?: readonly string[];
  readonly case_sensitive?: boolean;
  readonly key?: string;
  readonly value?: JsonValue;
  readonly max_calls?: number;
  readonly interval_ms?: number;
  readonly per_principal?: boolean;
  readonly when?: readonly ReferenceCondition[];
}

/** What a rule says; nothing when it has no opinion. */
export type Answer = Decision["effect"] | undefined;

interface Question {
  readonly request: PolicyRequest;
  readonly state: PolicyStateView;
  readonly matches: Matcher;
}

/** Whether a rule has anything to do with an action. */
export function sees({ type, tool, tools }: ReferenceRule, action: Action): boolean {
  const isCall = action.type === "tool_call";
  if (type === "allow_state") return !isCall;
  if (type === "deny_keyword" && tools === undefined) return true;
  const patterns = tool === undefined ? (tools ?? ["*"]) : [tool];
  return isCall && patterns.some((pattern) => matchesKey(pattern, action.tool));
}

/** What a rule says of a question, limits apart. The action is one that the rule sees. */
export function answerOf(rule: ReferenceRule, question: Question): Answer {
  const { request } = question;
  const { parameters } = request;
  switch (rule.type) {
    case "deny_tool":
      return "deny";
    case "allow_tool":
      return "allow";
    case "allow_state":
      return isStateAllowed(rule, request) ? "allow" : undefined;
    case "deny_tool_param":
      return isMet(rule, parameters, question) === "no" ? undefined : "deny";
    case "allow_tool_param":
      return isMetByAll(rule, parameters, question) === "yes" ? "allow" : "deny";
    case "deny_keyword":
      return hasKeyword(rule, parameters) ? "deny" : undefined;
    case "require_state":
      return isStateAsRequired(rule, question) ? undefined : "deny";
    case "require_approval": {
      const { when = [] } = rule;
      return when.some((condition) => isMet(condition, parameters, question) === "no") ? undefined : "require_approval";
    }
    default:
      return undefined;
  }
}

function isStateAllowed({ keys = [], access }: ReferenceRule, { action, parameters }: PolicyRequest): boolean {
  const asked = action.type === "state_write" ? "write" : "read";
  const { key } = parameters;
  return (
    (access === undefined || access === asked) &&
    typeof key === "string" &&
    keys.some((pattern) => matchesKey(pattern, key))
  );
}

function isStateAsRequired({ key = "", value, trust }: ReferenceRule, { state }: Question): boolean {
  const found = trust === undefined ? state.get(key) : state.get(key, { trust });
  return value === undefined ? found !== undefined : jsonEqual(found, value);
}

/** Case is folded letter by letter. */
function hasKeyword({ keywords = [], case_sensitive }: ReferenceRule, parameters: JsonValue): boolean {
  const fold = (text: string): string =>
    case_sensitive === true ? text : [...text].map((letter) => letter.toLowerCase().toUpperCase()).join("");
  const texts = textsIn(parameters).map(fold);
  return keywords.some((keyword) => texts.some((text) => text.includes(fold(keyword))));
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsIn)];
}
