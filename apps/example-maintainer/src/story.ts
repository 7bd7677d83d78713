import type { InferenceProvider } from "@car/ir/ports";
import { createRuntime } from "@car/engine";
import { jsonlEventLog } from "@car/eventlog/node";
import type { LiveEvent } from "@car/ir";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import { type McpClient, stdioMcpServer } from "@car/tools-mcp";
import { Account, type Print } from "./account/account.js";
import { createPaint } from "./account/paint.js";
import { showOpening } from "./account/show-opening.js";
import { ACTS } from "./acts/acts.js";
import { type AskPerson, createApprovalDesk } from "./approval-desk.js";
import { modelPlanner } from "./planner/model-planner.js";
import { scriptedPlanner } from "./planner/scripted-planner.js";
import { filesystemServer, POLICY_FILE, PROJECT } from "./shipped-files.js";
import type { Act, Stage } from "./stage.js";
import { maintainerTools } from "./tools/maintainer-tools.js";
import { recordCalls } from "./tools/record-calls.js";
import { createWorkspace, type Workspace } from "./workspace/create-workspace.js";

/** How the story is told. */
export interface StoryOptions {
  readonly print: Print;
  readonly colour: boolean;
  /** Columns of the output. */
  readonly width: number;
  /** Where the log goes. A new file. */
  readonly logFile: string;
  /** A model that plans the release. Absent: that plan is scripted too. */
  readonly model?: InferenceProvider | undefined;
  /** Asks a person for approval. Absent: the story answers yes itself. */
  readonly person?: AskPerson | undefined;
  /** Keep the temporary repository. */
  readonly keep: boolean;
  /** The acts to play. Default: all. */
  readonly acts?: readonly Act[];
  /** Told of the temporary repository as soon as it is there. */
  readonly onWorkspace?: (workspace: Workspace) => void;
}

/**
 * Plays all acts on a fresh repository and prints the account. Leaves nothing behind but the log, and with `keep` the
 * repository.
 * @returns whether every act came out as told.
 */
export async function tellStory(options: StoryOptions): Promise<boolean> {
  const startedAt = performance.now();
  const account = new Account(options.print, { paint: createPaint(options.colour), width: options.width });
  const workspace = await createWorkspace(PROJECT);
  options.onWorkspace?.(workspace);
  try {
    await playWith(workspace, account, options);
  } finally {
    if (!options.keep) await workspace.remove();
  }
  return conclude(account, options, performance.now() - startedAt);
}

async function playWith(workspace: Workspace, account: Account, options: StoryOptions): Promise<void> {
  const server = await stdioMcpServer({ command: process.execPath, args: [filesystemServer(), workspace.clone] });
  try {
    const stage = await setStage({ workspace, account, files: server.client }, options);
    await showOpening(stage);
    for (const [index, act] of (options.acts ?? ACTS).entries()) await playAct(stage, act, index + 1);
  } finally {
    await server.close();
  }
}

interface Props {
  readonly workspace: Workspace;
  readonly account: Account;
  readonly files: McpClient;
}

async function setStage({ workspace, account, files }: Props, options: StoryOptions): Promise<Stage> {
  const { tools, record } = recordCalls(await maintainerTools(workspace, files));
  const desk = createApprovalDesk(account, options.person);
  const runtime = createRuntime({
    tools,
    policy: rulePolicy(await loadPolicyFile(POLICY_FILE)),
    // Durable: what cannot be taken back is on the disk before it is done.
    eventLog: jsonlEventLog({ path: options.logFile, fsync: true }),
    approver: desk.approver,
  });
  const events: LiveEvent[] = [];
  runtime.subscribe((event) => events.push(event));
  const planner = options.model ? modelPlanner(options.model, runtime, scriptedPlanner) : scriptedPlanner;
  return { account, workspace, runtime, planner, record, events, desk, logFile: options.logFile, knowledge: "" };
}

/** What an act throws is a claim that does not hold: the next act still plays. */
async function playAct(stage: Stage, act: Act, number: number): Promise<void> {
  stage.account.act(number, act.title);
  try {
    await act.play(stage);
  } catch (error) {
    stage.account.claim(`the act came to its end (${error instanceof Error ? error.message : String(error)})`, false);
  }
}

function conclude(account: Account, { logFile, acts = ACTS }: StoryOptions, wallMs: number): boolean {
  const { claims, paint } = account;
  const failed = claims.filter(({ holds }) => !holds).length;
  const told = failed === 0;
  account.headline(
    told
      ? paint.good(
          `All ${acts.length} acts came out as told: ${claims.length} claims checked in ${(wallMs / 1000).toFixed(1)} s`,
        )
      : paint.bad(`${failed} of ${claims.length} claims do not hold`),
  );
  account.fact("log", logFile);
  account.fact("look at it", "car log show FILE, car explain push --log FILE");
  return told;
}
