import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { InferenceProvider } from "@car/ir/ports";
import { openAiFromEnv } from "@car/inference/node";
import { wantsColour } from "./account/paint.js";
import { askAtTerminal } from "./ask-at-terminal.js";
import { tellStory } from "./story.js";

const HELP = `Usage: npm run example -- [options]

  --ask        ask you for approval, on a terminal (default: the example says yes)
  --keep       keep the temporary repository
  --log FILE   write the log there, a new file (default: a file in the temporary folder)
  --help

OPENAI_BASE_URL, OPENAI_API_KEY and CAR_MODEL let a model plan the release; any OpenAI-compatible endpoint will do.
Exit code: 0 when every act came out as told, 1 when not, 2 for wrong usage.`;

const MIN_WIDTH = 60;
const MAX_WIDTH = 100;

// A reader that closes the pipe early, such as `head`, must not keep the story from cleaning up.
process.stdout.on("error", () => undefined);
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  const { stdout } = process;
  const told = await tellStory({
    print: (line) => void stdout.write(`${line}\n`),
    colour: wantsColour(stdout.isTTY, process.env),
    width: Math.max(MIN_WIDTH, Math.min(stdout.isTTY ? stdout.columns : 80, MAX_WIDTH)),
    logFile: options.log,
    model: modelOf(process.env),
    person: options.ask ? askAtTerminal : undefined,
    keep: options.keep,
    onWorkspace: ({ root }) => options.keep || removeOnInterrupt(root),
  });
  return told ? 0 : 1;
}

interface Options {
  readonly log: string;
  readonly ask: boolean;
  readonly keep: boolean;
}

/** The options, or the exit code when there is nothing to play. */
function readOptions(): Options | number {
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({ options: { ask: flag, keep: flag, help: flag, log: { type: "string" } } });
    const { help, ask, keep, log = join(tmpdir(), `car-maintainer-${Date.now()}-${process.pid}.jsonl`) } = values;
    if (existsSync(log)) throw new Error(`${log} exists: the story wants a log of its own`);
    if (ask && !process.stdin.isTTY) throw new Error("--ask needs a terminal to ask at");
    if (!help) return { ask, keep, log };
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
}

/** All three variables or none: half an endpoint is a mistake that should not go unseen. */
function modelOf(env: NodeJS.ProcessEnv): InferenceProvider | undefined {
  const { OPENAI_BASE_URL: url, OPENAI_API_KEY: key, CAR_MODEL: model } = env;
  if (url && key && model) return openAiFromEnv({ model, env });
  if (model) console.error("CAR_MODEL is set, but not OPENAI_BASE_URL and OPENAI_API_KEY: the planner stays scripted");
  return undefined;
}

/** The server and the other children end with their pipes. */
function removeOnInterrupt(root: string): void {
  process.once("SIGINT", () => {
    rmSync(root, { recursive: true, force: true });
    process.exit(130);
  });
}
