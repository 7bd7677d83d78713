/** One step into a JSON value: a member's name or an element's index. */
export type PathStep = string | number;

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]{0,79}$/;
const MAX_NAME = 80;

/**
 * A place in a JSON value as text, such as `items[3].price`. Names that could be misread are quoted, as in `a["b c"]`,
 * and cut after 80 characters.
 */
export function pathText(path: readonly PathStep[]): string {
  let text = "";
  for (const step of path) text += stepText(step, text === "");
  return text;
}

function stepText(step: PathStep, isFirst: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  if (!PLAIN_NAME.test(step))
    return `[${JSON.stringify(step.length > MAX_NAME ? `${step.slice(0, MAX_NAME)}…` : step)}]`;
  return isFirst ? step : `.${step}`;
}
