import type { JsonValue } from "@car/ir";
import type { SchemaProblem } from "@car/ir/ports";
import { evaluateBranch, holds } from "../interpret/evaluated.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { type Complaint, type Evaluator, fail, isDone, type Run } from "../interpret/run.js";

/** Schemas combined on one and the same value. */
export const logicKeywords: readonly Keyword[] = [
  keyword<readonly JsonValue[]>({
    name: "allOf",
    vocabulary: "applicator",
    applies: true,
    compile({ value, subschema }) {
      const evaluators = value.map((_, index) => subschema("allOf", index));
      return (data, run) => checkAll(evaluators, data, run);
    },
  }),
  keyword<readonly JsonValue[]>({
    name: "anyOf",
    vocabulary: "applicator",
    applies: true,
    compile({ value, complaint, subschema }) {
      const evaluators = value.map((_, index) => subschema("anyOf", index));
      const complain = complaint(`must fit at least one of ${value.length} alternatives`);
      return (data, run) => {
        const { fits, problems } = tryAlternatives(evaluators, data, { run, enough: 1 });
        return fits > 0 || failWith(run, complain, problems);
      };
    },
  }),
  keyword<readonly JsonValue[]>({
    name: "oneOf",
    vocabulary: "applicator",
    applies: true,
    compile({ value, complaint, subschema }) {
      const evaluators = value.map((_, index) => subschema("oneOf", index));
      const none = complaint(`must fit exactly one of ${value.length} alternatives, fits none`);
      const several = complaint(`must fit exactly one of ${value.length} alternatives, fits more`);
      return (data, run) => {
        const { fits, problems } = tryAlternatives(evaluators, data, { run, enough: 2 });
        if (fits === 1) return true;
        return fits === 0 ? failWith(run, none, problems) : fail(run, several);
      };
    },
  }),
  keyword({
    name: "not",
    vocabulary: "applicator",
    applies: true,
    compile({ complaint, subschema }) {
      const evaluate = subschema("not");
      const complain = complaint("must not fit the excluded schema");
      return (data, run) => {
        const { evaluated } = run;
        run.evaluated = null;
        const excluded = holds(evaluate, data, run);
        run.evaluated = evaluated;
        return !excluded || fail(run, complain);
      };
    },
  }),
  keyword({
    name: "if",
    vocabulary: "applicator",
    applies: true,
    compile({ schema, subschema }) {
      const condition = subschema("if");
      const consequence = Object.hasOwn(schema, "then") ? subschema("then") : accept;
      const alternative = Object.hasOwn(schema, "else") ? subschema("else") : accept;
      return (data, run) => (holds(condition, data, run) ? consequence(data, run) : alternative(data, run));
    },
  }),
];

const accept: Evaluator = () => true;
const NO_PROBLEMS: readonly SchemaProblem[] = [];

function checkAll(evaluators: readonly Evaluator[], data: unknown, run: Run): boolean {
  let valid = true;
  for (const evaluate of evaluators) {
    if (evaluate(data, run)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

/** Applies alternatives until `enough` of them fit. With annotations wanted, all are applied: each may add some. */
function tryAlternatives(
  evaluators: readonly Evaluator[],
  data: unknown,
  { run, enough }: { run: Run; enough: number },
): { readonly fits: number; readonly problems: readonly SchemaProblem[] } {
  const outer = run.problems;
  const problems: SchemaProblem[] | null = outer === null ? null : [];
  run.problems = problems;
  let fits = 0;
  for (const evaluate of evaluators) {
    if (evaluateBranch(evaluate, data, run)) fits++;
    if (fits >= enough && run.evaluated === null) break;
  }
  run.problems = outer;
  return { fits, problems: problems ?? NO_PROBLEMS };
}

/** Reports that no alternative fits, and then why each does not, as far as there is room. */
function failWith(run: Run, complain: Complaint, causes: readonly SchemaProblem[]): false {
  fail(run, complain);
  for (const cause of causes) {
    if (isDone(run)) break;
    run.problems?.push(cause);
  }
  return false;
}
