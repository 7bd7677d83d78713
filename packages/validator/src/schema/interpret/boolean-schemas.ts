import { type Evaluator, fail } from "./run.js";

/** The schema `true`: every value fits. */
export const accept: Evaluator = () => true;

const MESSAGES: Readonly<Record<string, string>> = {
  additionalProperties: "is not a known property",
  unevaluatedProperties: "is not a known property",
  items: "is an item too many",
  unevaluatedItems: "is an item too many",
};

/** The schema `false` under `keyword`: no value fits. */
export function refuse(keyword: string): Evaluator {
  const complain = { keyword, message: MESSAGES[keyword] ?? "must be absent" };
  return (_, run) => fail(run, complain);
}
