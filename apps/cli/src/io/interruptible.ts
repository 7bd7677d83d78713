import type { Output } from "./output.js";

/** What a shell says of a process that a signal has ended. */
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Interruption = keyof typeof SIGNAL_CODES;

/**
 * Runs what can be canceled as a whole. The first signal that asks the process to end aborts it, as does an error that a tool throws
 * outside of its calls; the second signal ends the process at once.
 */
export async function interruptible<T>(output: Output, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const cancel = (why: string): void => {
    output.aside(`${why}: what was done is being undone; another signal ends the process at once`);
    controller.abort(new Error(why));
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(SIGNAL_CODES[name as Interruption]);
    cancel(`interrupted by ${name}`);
  };
  const onStray = (error: unknown): void => {
    const message = `an error outside of any call: ${error instanceof Error ? error.message : String(error)}`;
    if (controller.signal.aborted) output.aside(message);
    else cancel(message);
  };
  const names = Object.keys(SIGNAL_CODES) as Interruption[];
  for (const name of names) process.on(name, onSignal);
  process.on("uncaughtException", onStray);
  try {
    return await body(controller.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
    process.off("uncaughtException", onStray);
  }
}
