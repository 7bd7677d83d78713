import { JsonInvalidError, type JsonValue } from "@car/ir";
import { checkShape, copyJson } from "@car/ir/internal";
import type { z } from "zod";
import type { PolicyRule } from "../rules/compile-rule.js";
import { DataRule } from "../rules/data-rule.js";
import { type DocumentFinding, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { type Doubt, settleDoubts } from "./doubts.js";
import { PolicyDocument } from "./policy-document.js";

/** A checked value, or everything that is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly findings: readonly DocumentFinding[] };

const BOUNDS = { maxDepth: MAX_DOCUMENT_DEPTH, maxBytes: 8 * 1024 * 1024 };

/** Checks a document that came from outside. */
export function checkDocument(input: unknown, doubts: readonly Doubt[] = []): Checked<PolicyDocument> {
  const undecided = settleDoubts(input, doubts);
  if (undecided.length > 0) return { findings: undecided };
  const checked = checkAgainst(PolicyDocument, input);
  if ("findings" in checked) return checked;
  const repeated = repeatedIds(checked.value.rules);
  return repeated.length > 0 ? { findings: repeated } : checked;
}

/** Checks rules that code gives: data as in a document, functions as `definePolicy` makes them. */
export function checkRules(rules: readonly unknown[]): Checked<readonly PolicyRule[]> {
  const checked = rules.map((rule, index) => {
    const one = isFunctionRule(rule) ? checkFunctionRule(rule) : checkAgainst(DataRule, rule);
    if ("value" in one) return one;
    return { findings: one.findings.map((finding) => ({ ...finding, path: ["rules", index, ...finding.path] })) };
  });
  const findings = checked.flatMap((one) => ("findings" in one ? one.findings : []));
  const values: readonly PolicyRule[] = checked.flatMap((one) => ("value" in one ? one.value : []));
  const wrong = findings.length > 0 ? findings : repeatedIds(values);
  return wrong.length > 0 ? { findings: wrong } : { value: values };
}

/** Checks any input against a schema, copied as JSON first. */
export function checkAgainst<S extends z.ZodType>(schema: S, input: unknown): Checked<z.output<S>> {
  let copy: JsonValue;
  try {
    copy = copyJson(input, BOUNDS);
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    return { findings: [{ path: [], message: error.message }] };
  }
  return checkShape(schema, copy, "error");
}

function isFunctionRule(rule: unknown): rule is Readonly<Record<string, unknown>> {
  return typeof rule === "object" && rule !== null && "type" in rule && rule.type === "function";
}

function checkFunctionRule({ id, evaluate, tools }: Readonly<Record<string, unknown>>): Checked<PolicyRule> {
  const findings: DocumentFinding[] = [];
  if (typeof id !== "string" || id === "") findings.push({ path: ["id"], message: "expected a name for the rule" });
  if (typeof evaluate !== "function") findings.push({ path: ["evaluate"], message: "expected a function" });
  const isList = Array.isArray(tools) && tools.every((tool) => typeof tool === "string");
  if (tools !== undefined && !isList) findings.push({ path: ["tools"], message: "expected an array of tool names" });
  return findings.length > 0 ? { findings } : { value: { type: "function", id, evaluate, tools } as PolicyRule };
}

function repeatedIds(rules: readonly PolicyRule[]): readonly DocumentFinding[] {
  const seen = new Set<string>();
  return rules.flatMap(({ id }, index) => {
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id);
      return [];
    }
    return [{ path: ["rules", index, "id"], message: "another rule has this id" }];
  });
}
