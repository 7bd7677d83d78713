import type { JsonObject } from "@car/ir";
import { type Keyword, keyword, type KeywordContext } from "../interpret/keyword.js";
import {
  asMember,
  type Complaint,
  type Evaluator,
  fail,
  isDone,
  isSilent,
  type MemberEvaluator,
  type Run,
} from "../interpret/run.js";
import { isObject, type JsonLikeObject, type MemberName, memberName, memberOf } from "../value/instance.js";

/** One name that `properties` lists. */
interface Member extends MemberName {
  readonly accepts: Evaluator;
  readonly evaluate: MemberEvaluator;
}

/** A name that must be there. */
interface Requirement extends MemberName {
  readonly complain: Complaint;
}

/** Names and sizes of objects. Every other type passes. */
export const objectKeywords: readonly Keyword[] = [
  keyword<readonly string[]>({
    name: "required",
    vocabulary: "validation",
    compile({ value: names, complaint }) {
      const requirements = requirementsOf(names, complaint);
      return (data, run) => !isObject(data) || checkRequired(data, requirements, run);
    },
  }),
  keyword<JsonObject>({
    name: "properties",
    vocabulary: "applicator",
    applies: true,
    compile({ value, subschema }) {
      const members = Object.keys(value).map((name) => {
        const accepts = subschema("properties", name);
        return { ...memberName(name), accepts, evaluate: asMember(accepts) };
      });
      return (data, run) => {
        if (!isObject(data)) return true;
        return isSilent(run) ? acceptMembers(data, members, run) : checkMembers(data, members, run);
      };
    },
  }),
  keyword({
    name: "propertyNames",
    vocabulary: "applicator",
    applies: true,
    compile({ subschema }) {
      const evaluate = asMember(subschema("propertyNames"));
      return (data, run) => !isObject(data) || checkNames(data, evaluate, run);
    },
  }),
  keyword<number>({
    name: "minProperties",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at least ${limit} properties`);
      return (data, run) => !isObject(data) || Object.keys(data).length >= limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "maxProperties",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at most ${limit} properties`);
      return (data, run) => !isObject(data) || Object.keys(data).length <= limit || fail(run, complain);
    },
  }),
];

/** What `required` and `dependentRequired` ask for. */
export function requirementsOf(
  names: readonly string[],
  complaint: KeywordContext["complaint"],
): readonly Requirement[] {
  return names.map((name) => ({
    ...memberName(name),
    complain: complaint(`lacks the required property ${JSON.stringify(name)}`),
  }));
}

/** Whether every required member is there. */
export function checkRequired(data: JsonLikeObject, requirements: readonly Requirement[], run: Run): boolean {
  let valid = true;
  for (const requirement of requirements) {
    if (memberOf(data, requirement) !== undefined || fail(run, requirement.complain)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function acceptMembers(data: JsonLikeObject, members: readonly Member[], run: Run): boolean {
  for (const member of members) {
    const value = memberOf(data, member);
    if (value !== undefined && !member.accepts(value, run)) return false;
  }
  return true;
}

function checkMembers(data: JsonLikeObject, members: readonly Member[], run: Run): boolean {
  let valid = true;
  for (const member of members) {
    const value = memberOf(data, member);
    if (value === undefined) continue;
    run.evaluated?.names.add(member.name);
    if (member.evaluate(value, run, member.name)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function checkNames(data: JsonLikeObject, evaluate: MemberEvaluator, run: Run): boolean {
  let valid = true;
  for (const name of Object.keys(data)) {
    if (evaluate(name, run, name)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}
