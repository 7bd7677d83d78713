import pc from "picocolors";

/** Colours and weights; each leaves the text as it is where colour is not wanted. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly accent: (text: string) => string;
}

/** Paint for a terminal, or for a file or pipe. */
export function createPaint(colour: boolean): Paint {
  const { bold, dim, green, red, yellow, cyan } = pc.createColors(colour);
  return { bold, dim, good: green, bad: red, warn: yellow, accent: cyan };
}

/** Whether to colour: on a terminal, unless `NO_COLOR` is set; elsewhere only if `FORCE_COLOR` is. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["NO_COLOR"]) return false;
  return isTerminal || Boolean(env["FORCE_COLOR"]);
}
