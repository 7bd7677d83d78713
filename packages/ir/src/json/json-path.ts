/** One step into a JSON value: a member's name or an element's index. */
export type PathStep = string | number;

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** A place in a JSON value as text, such as `items[3].price`. Names that could be misread are quoted: `a["b c"]`. */
export function pathText(path: readonly PathStep[]): string {
  let text = "";
  for (const step of path) text += stepText(step, text === "");
  return text;
}

function stepText(step: PathStep, isFirst: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  if (!PLAIN_NAME.test(step)) return `[${JSON.stringify(step)}]`;
  return isFirst ? step : `.${step}`;
}
