import { pino } from "pino";
import { ConfigInvalidError } from "@car/ir";
import { assertOptionTypes } from "@car/ir/internal";
import type { Logger } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";

/** Levels at which the built-in logger can be asked to speak. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Silent unless asked: a level makes a pino logger, and anything pino-like is used as it is, made safe. */
export function runtimeLogger(logger: Logger | LogLevel | undefined): Logger {
  if (logger === undefined || logger === "silent") return SILENT;
  if (typeof logger === "string") return guarded(pino({ level: levelOf(logger), name: "car" }));
  assertOptionTypes({ logger }, { logger: LOGGER });
  return guarded(logger);
}

const LOGGER = { debug: "function", info: "function", warn: "function", error: "function" } as const;

function levelOf(level: string): string {
  if (level in LOGGER) return level;
  throw new ConfigInvalidError("`logger` is a logger, or one of the levels `debug`, `info`, `warn`, `error`, `silent`");
}

/** A logger must never decide about a run, nor end the process: what it throws, or rejects with, is dropped. */
function guarded(logger: Logger): Logger {
  const call = (level: keyof Logger) => (fields: object, message: string) => {
    try {
      const answer: unknown = logger[level](fields, message);
      if (isThenable(answer)) Promise.resolve(answer).catch(ignore);
    } catch {
      // There is nowhere left to report this: the logger itself is what failed.
    }
  };
  return { debug: call("debug"), info: call("info"), warn: call("warn"), error: call("error") };
}

function ignore(): void {
  // Nobody asked for logs, or nobody is left to tell.
}
