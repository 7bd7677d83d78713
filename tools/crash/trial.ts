import { type ChildProcess, fork } from "node:child_process";
import { type Dice } from "./dice.js";
import { type Death, Watch } from "./death.js";
import { Ledger } from "./ledger.js";
import type { Confirmation, FromChild, LedgerCall, Orders, ToChild } from "./messages.js";
import { NEED_APPROVAL } from "./tools.js";
import { WorldApprovals } from "./world-approvals.js";

/** How a process ended. */
export interface Ending {
  readonly killed: boolean;
  /** Where in the file system, when it died in a step. */
  readonly site: string;
  readonly recovered: Extract<FromChild, { type: "recovered" }> | undefined;
}

/** What somebody answers at most this much later. */
const MAX_ANSWER_MS = 10;

/** One store, the processes that had it, and the world they acted on. */
export class StoreTrial {
  readonly ledger: Ledger;
  readonly approvals: WorldApprovals;
  readonly confirmations: Confirmation[] = [];
  private readonly program: string;
  private readonly dice: Dice;

  constructor(program: string, approvalsPath: string, dice: Dice) {
    this.program = program;
    this.dice = dice;
    this.ledger = new Ledger(dice);
    this.approvals = new WorldApprovals(approvalsPath, dice);
  }

  /** Runs one process to its end. Rejects when it ended in any other way than it was told to. */
  async run(orders: Orders, death: Death): Promise<Ending> {
    this.approvals.answersAll = death.kind === "none";
    await this.approvals.answerLeft();
    return new Promise((resolve, reject) => {
      const child = fork(this.program, [JSON.stringify(orders)], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
      const watch = new Watch(child, death);
      child.on("message", (message: FromChild) => {
        watch.hear(message);
        this.answer(child, message);
      });
      child.on("error", reject);
      child.on("close", (code, signal) => {
        watch.stop();
        const killed = signal === "SIGKILL";
        if (killed || (code === 0 && watch.ended)) resolve({ killed, site: watch.output, recovered: watch.recovered });
        else reject(new Error(`the process ended with ${code ?? signal}: ${watch.errors}`));
      });
    });
  }

  private answer(child: ChildProcess, message: FromChild): void {
    if (message.type === "confirmed") this.confirmations.push(message);
    else if (message.type === "call") this.act(child, message);
    else if (message.type === "wait") this.approve(child, message);
    else if (message.type === "ask") {
      send(child, { id: message.id, ok: true, output: this.ledger.hasActed(message.key) });
    }
  }

  private act(child: ChildProcess, call: LedgerCall): void {
    const needsApproval = (NEED_APPROVAL as readonly string[]).includes(call.tool);
    const isApproved = !needsApproval || this.approvals.hasApproved(call.run, call.action);
    sendIn(child, this.ledger.delay(call.tool), this.ledger.act(call, isApproved));
  }

  private approve(child: ChildProcess, { id, run }: Extract<FromChild, { type: "wait" }>): void {
    this.approvals.answerRun(run).then(
      (isAnswered) => sendIn(child, this.dice(MAX_ANSWER_MS), { id, ok: true, output: isAnswered }),
      (error: unknown) => child.emit("error", error),
    );
  }
}

function sendIn(child: ChildProcess, ms: number, answer: ToChild): void {
  if (ms === 0) send(child, answer);
  else setTimeout(() => send(child, answer), ms);
}

function send(child: ChildProcess, answer: ToChild): void {
  // It may be dead: nobody needs the answer then.
  if (child.connected) child.send(answer, () => undefined);
}
