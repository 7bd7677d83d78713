import type { ChildProcess } from "node:child_process";
import type { FromChild } from "./messages.js";
import { UNDOES } from "./tools.js";

/** What a process does that somebody outside can see. */
export const OCCASIONS = ["confirmed", "suspended", "resumed", "nested", "undoing"] as const;

/** One of them. */
export type Occasion = (typeof OCCASIONS)[number];

/** How a process is to die. */
export type Death =
  | { readonly kind: "none" }
  /** In the n-th step of the file system. */
  | { readonly kind: "step"; readonly step: number }
  /** So many milliseconds after it has started. */
  | { readonly kind: "time"; readonly ms: number }
  /** A moment after it has done so much of that. */
  | { readonly kind: "work"; readonly occasion: Occasion; readonly count: number; readonly ms: number };

/** Listens to a process, and kills it when its time has come. */
export class Watch {
  ended = false;
  errors = "";
  output = "";
  recovered: Extract<FromChild, { type: "recovered" }> | undefined = undefined;
  private done = 0;
  private readonly waited = new Set<string>();
  private readonly child: ChildProcess;
  private readonly death: Death;
  private timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, death: Death) {
    this.child = child;
    this.death = death;
    child.stdout?.on("data", (bytes: Buffer) => (this.output += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (this.errors += bytes.toString()));
    if (death.kind === "time") this.killIn(death.ms);
  }

  hear(message: FromChild): void {
    if (message.type === "ended") this.ended = true;
    else if (message.type === "recovered") this.recovered = message;
    const { death } = this;
    if (death.kind !== "work" || this.occasionOf(message) !== death.occasion) return;
    if (++this.done === death.count) this.killIn(death.ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private occasionOf(message: FromChild): Occasion | undefined {
    if (message.type === "call") return UNDOES.has(message.tool) ? "undoing" : undefined;
    if (message.type !== "confirmed") return undefined;
    const { run, status, isNested } = message;
    if (isNested) return "nested";
    if (this.waited.has(run)) return "resumed";
    if (status !== "suspended") return "confirmed";
    this.waited.add(run);
    return "suspended";
  }

  private killIn(ms: number): void {
    this.timer = setTimeout(() => this.child.kill("SIGKILL"), ms);
  }
}
