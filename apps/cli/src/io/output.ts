/** Where a command writes, and how. */
export interface Output {
  /** Machine-readable output is wanted. */
  readonly json: boolean;
  /** A person watches: lines may be redrawn. */
  readonly interactive: boolean;
  /** One line of the answer. */
  line(text?: string): void;
  /** The whole answer as JSON. */
  value(value: unknown): void;
  /** Text beside the answer: progress, errors. */
  aside(text: string): void;
}

/** Standard output for the answer, standard error for everything else. */
export function processOutput(json: boolean): Output {
  return {
    json,
    interactive: process.stderr.isTTY && !json,
    line: (text = "") => void process.stdout.write(`${text}\n`),
    value: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    aside: (text) => void process.stderr.write(text),
  };
}
