import { Argument, Command, CommanderError, Option, type OutputConfiguration } from "commander";
import { CarError } from "@car/ir";
import { paint } from "./show/paint.js";
import type { Act, Handler, WithJson } from "./act.js";
import { completionScript, type Shell, SHELLS } from "./commands/completion.js";
import { explainCommand } from "./commands/explain.js";
import { initCommand } from "./commands/init.js";
import { logDiffCommand } from "./commands/log-diff.js";
import { logShowCommand } from "./commands/log-show.js";
import { logVerifyCommand } from "./commands/log-verify.js";
import { recoverCommand } from "./commands/recover.js";
import { replayCommand } from "./commands/replay.js";
import { runCommand } from "./commands/run.js";
import { undoCommand, type UndoCommandOptions } from "./commands/undo.js";
import { verifyCommand } from "./commands/verify.js";
import { EXIT } from "./exit-code.js";
import type { Output } from "./io/output.js";
import { addPolicyCommands } from "./policy-program.js";
import { UnreadablePlanError, UsageError } from "./usage-error.js";
import { VERSION } from "./version.js";

/** A file that is not there or may not be read; the message names it. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** Runs the command line and answers with the exit code. Never throws. */
export async function runProgram(argv: readonly string[], makeOutput: (json: boolean) => Output): Promise<number> {
  let code: number = EXIT.ok;
  const act =
    <O extends object>(handler: Handler<O>) =>
    async (argument: string, options: O & WithJson): Promise<void> => {
      code = await handler(argument, options, makeOutput(options.json === true));
    };
  const output = makeOutput(false);
  const program = buildProgram(act, {
    writeOut: each((line) => output.line(line, HELP_HANG)),
    writeErr: each((line) => output.aside(line)),
    // The output breaks lines itself, where there is a terminal.
    getOutHelpWidth: () => output.columns ?? Number.POSITIVE_INFINITY,
    getErrHelpWidth: () => output.columns ?? Number.POSITIVE_INFINITY,
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const expected = error instanceof UsageError || CarError.isInstance(error) || isSystemError(error);
    output.aside(`${paint.red("car:")} ${expected ? "" : "unexpected: "}${(error as Error).message ?? String(error)}`);
    if (!expected) for (const frame of framesOf(error)) output.aside(frame);
    if (error instanceof UnreadablePlanError) return EXIT.rejected;
    return expected ? EXIT.usage : EXIT.failed;
  }
}

/** Where an error comes from. Its message is not taken from here: it may have lines of its own. */
function framesOf(error: unknown): readonly string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line));
}

/** Hands the lines of a text over, one by one. */
function each(take: (line: string) => void): (text: string) => void {
  return (text) =>
    text
      .trimEnd()
      .split("\n")
      .forEach((line) => take(line));
}

const HELP_HANG = 2;

function buildProgram(act: Act, streams: OutputConfiguration): Command {
  const program = new Command("car")
    .description("Verifies, runs and explains what a model proposes")
    .version(VERSION, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput(streams)
    .addHelpText(
      "after",
      "\nExit codes: 0 committed or valid, 1 undone or errors found, 2 bad usage or file, 3 refused, 4 canceled, 5 the answer could not be written",
    );
  addRunCommands(program, act);
  addLogCommands(program, act);
  addPolicyCommands(program, act);
  program
    .command("init")
    .argument("[dir]", "a folder, made when it is not there", ".")
    .description("write a small project to begin with")
    .action(act(initCommand));
  program
    .command("completion")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .description("print a script that completes commands and options in a shell")
    .action(
      act(async (shell, _options, output) => {
        for (const line of completionScript(program, shell as Shell).split("\n")) output.line(line);
        return EXIT.ok;
      }),
    );
  return program;
}

/** What is asked of a log. */
function addLogCommands(program: Command, act: Act): void {
  const log = program.command("log").description("look at a log: a JSONL file or a folder of segments");
  asJson(log.command("verify").argument("<log>"))
    .description("check that nothing in the log was changed")
    .option("--head <hash>", "the hash that the last event must have")
    .action(act(logVerifyCommand));
  asJson(log.command("show").argument("<log>"))
    .description("show the events")
    .option("--run <id>", "of this run only")
    .option("--action <id>", "of this action only")
    .action(act(logShowCommand));
  asJson(log.command("diff").argument("<log>").argument("<other>"))
    .description("compare two logs, run by run and action by action")
    .action((left: string, other: string, options: WithJson) => act(logDiffCommand)(left, { ...options, other }));
  asConfigured(program.command("replay").argument("<log>"))
    .description("execute a log again, without calling a tool, and compare")
    .option("--run <id>", "this run only")
    .option("--tools <module>", "a module that exports `tools`, for a log that does not have their schemas")
    .action(act(replayCommand));
  asConfigured(program.command("explain").argument("<id>", "an action's id, or a run's"))
    .description("tell why an action, or a run, ended as it did")
    .option("--log <file>", "the log: a file or a folder")
    .option("--run <id>", "the run, when the action is in several")
    .action(act(explainCommand));
}

/** What is done with proposals and runs. */
function addRunCommands(program: Command, act: Act): void {
  withFiles(program.command("run").argument("<proposal>", "a JSON file, or - for standard input"))
    .description("run a proposal as a transaction")
    .option("--log <file>", "append the events to this JSONL file")
    .addOption(
      new Option("--approve <mode>", "what to do when the policy wants an approval")
        .choices(["ask", "yes", "no"])
        .default("no"),
    )
    .option("--no-verify", "run also what verification finds wrong, as far as it gets")
    .option("--dry-undo", "say afterwards what would undo the run")
    .action(act(runCommand));
  withFiles(program.command("verify").argument("<proposal>", "a JSON file, or - for standard input"))
    .description("say what would happen; nothing is run")
    .action(act(verifyCommand));
  asConfigured(program.command("recover").argument("<store>", "the folder of a durable store"))
    .description("take up the runs that an earlier process did not finish")
    .option("--tools <module>", "a module that exports the runs' `tools` and those that undo them")
    .option("--rollback", "undo what they did, instead of going on")
    .action(act(recoverCommand));
  asConfigured(program.command("undo").argument("<log>").argument("<run>"))
    .description("undo what a committed run did outside the state")
    .option("--tools <module>", "a module that exports the run's `tools` and those that undo them")
    .option("--dry", "only say what would be called")
    .addOption(new Option("--approve <mode>", "who says yes to it").choices(["ask", "yes", "no"]).default("ask"))
    .action((path: string, run: string, options: Omit<UndoCommandOptions, "run"> & WithJson) =>
      act(undoCommand)(path, { ...options, run }),
    );
}

function asJson(command: Command): Command {
  return command.option("--json", "print JSON");
}

/** For what car.config.yaml has a word in. */
function asConfigured(command: Command): Command {
  return asJson(command)
    .option("--config <file>", "the configuration (default: car.config.yaml or the like, where there is one)")
    .option("--no-config", "use no configuration");
}

function withFiles(command: Command): Command {
  return asConfigured(command)
    .option("--principal <name>", "on whose behalf")
    .option("--tools <module>", "a module that exports `tools`")
    .option("--policy <file>", "rules in YAML, TOML or JSON")
    .option("--state <file>", "the host's initial values, a JSON object")
    .option("--capabilities <file>", "the capability set, a JSON object")
    .option("--budget <file>", "the budget, a JSON object");
}
