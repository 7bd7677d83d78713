import type { Output } from "./io/output.js";

/** What every command takes. */
export interface WithJson {
  readonly json?: boolean;
}

/** One command; answers with its exit code. */
export type Handler<O> = (argument: string, options: O, output: Output) => Promise<number>;

/** Makes a command of a handler. */
export type Act = <O extends object>(handler: Handler<O>) => (argument: string, options: O & WithJson) => Promise<void>;
