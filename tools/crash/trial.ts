import { type ChildProcess, fork } from "node:child_process";
import type { RandomSource } from "@car/ir/ports";
import { Ledger } from "./ledger.js";
import type { Confirmation, FromChild, Orders, ToChild } from "./messages.js";

/** How a process is to die. */
export type Death =
  | { readonly kind: "none" }
  /** In the n-th step of the file system. */
  | { readonly kind: "step"; readonly step: number }
  /** So many milliseconds after it has started. */
  | { readonly kind: "time"; readonly ms: number }
  /** A moment after so many proposals of it were confirmed. */
  | { readonly kind: "work"; readonly confirmed: number; readonly ms: number };

/** How a process ended. */
export interface Ending {
  readonly killed: boolean;
  /** Where in the file system, when it died in a step. */
  readonly site: string;
  readonly recovered: Extract<FromChild, { type: "recovered" }> | undefined;
}

/** One store, the processes that had it, and the world they acted on. */
export class StoreTrial {
  readonly ledger: Ledger;
  readonly confirmations: Confirmation[] = [];
  private readonly program: string;

  constructor(program: string, random: RandomSource) {
    this.program = program;
    this.ledger = new Ledger(random);
  }

  /** Runs one process to its end. Rejects when it ended in any other way than it was told to. */
  run(orders: Orders, death: Death): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const child = fork(this.program, [JSON.stringify(orders)], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
      const heard = new Heard(child, death);
      child.on("message", (message: FromChild) => {
        heard.hear(message);
        this.answer(child, message);
      });
      child.on("error", reject);
      child.on("close", (code, signal) => {
        heard.stop();
        if (signal === "SIGKILL" || (code === 0 && heard.ended)) resolve(heard.ending(signal === "SIGKILL"));
        else reject(new Error(`the process ended with ${code ?? signal}: ${heard.errors}`));
      });
    });
  }

  private answer(child: ChildProcess, message: FromChild): void {
    if (message.type === "confirmed") this.confirmations.push(message);
    else if (message.type === "call") {
      const answer = this.ledger.act(message);
      const ms = this.ledger.delay();
      if (ms === 0) send(child, answer);
      else setTimeout(() => send(child, answer), ms);
    } else if (message.type === "ask") {
      send(child, { id: message.id, ok: true, output: this.ledger.hasActed(message.key) });
    }
  }
}

function send(child: ChildProcess, answer: ToChild): void {
  // It may be dead: nobody needs the answer then.
  if (child.connected) child.send(answer, () => undefined);
}

class Heard {
  ended = false;
  errors = "";
  private site = "";
  private confirmed = 0;
  private recovered: Ending["recovered"];
  private readonly child: ChildProcess;
  private readonly death: Death;
  private timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, death: Death) {
    this.child = child;
    this.death = death;
    child.stdout?.on("data", (bytes: Buffer) => (this.site += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (this.errors += bytes.toString()));
    if (death.kind === "time") this.killIn(death.ms);
  }

  hear(message: FromChild): void {
    if (message.type === "ended") this.ended = true;
    else if (message.type === "recovered") this.recovered = message;
    else if (message.type === "confirmed" && this.death.kind === "work" && ++this.confirmed === this.death.confirmed) {
      this.killIn(this.death.ms);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  ending(killed: boolean): Ending {
    return { killed, site: this.site, recovered: this.recovered };
  }

  private killIn(ms: number): void {
    this.timer = setTimeout(() => this.child.kill("SIGKILL"), ms);
  }
}
