import type { LabelSet } from "@car/ir";
import { joinLabels, NO_LABELS, type FlowSource } from "@car/ir/internal";
import type { LabelOrigin, Provenance, ProvenanceOptions } from "@car/ir/ports";
import type { JsonValue } from "@car/ir";
import { CallHistory } from "./call-history.js";
import { SessionTexts, type ShownOutput } from "../provenance/session-texts.js";

/** Calls named per label; a label that comes from everywhere needs no list. */
const MAX_ORIGINS = 8;

/** What one session's model has seen and done so far. */
export class SessionState implements FlowSource {
  readonly id: string;
  readonly principal: string;
  readonly history = new CallHistory();
  readonly texts = new SessionTexts();
  private labels: LabelSet = NO_LABELS;
  private readonly from = new Map<string, LabelOrigin[]>();
  /** Sequences of the events that told of it since its last run. */
  private told: number[] = [];

  constructor(id: string, principal: string) {
    this.id = id;
    this.principal = principal;
  }

  get context(): LabelSet {
    return this.labels;
  }

  /** The log has what was said or shown, under this sequence. */
  noteTold(seq: number): void {
    this.told.push(seq);
  }

  /** What the log has been told since this was last asked. */
  takeTold(): readonly number[] {
    const { told } = this;
    this.told = [];
    return told;
  }

  /** The model was shown something with these labels. `from` is asked only while there is room to remember it. */
  taint(labels: LabelSet, from: () => Omit<LabelOrigin, "label">): void {
    this.labels = joinLabels(this.labels, labels);
    for (const label of labels) {
      const known = this.from.get(label);
      if (known === undefined) this.from.set(label, [{ label, ...from() }]);
      else if (known.length < MAX_ORIGINS) known.push({ label, ...from() });
    }
  }

  show(shown: ShownOutput): void {
    this.texts.show(shown);
  }

  /** The model was shown something by the host. */
  showContext(output: JsonValue, labels: LabelSet): void {
    this.taint(labels, () => ({ tool: "context" }));
    this.texts.show({ output, labels, given: null });
  }

  provenance(value: JsonValue, options: ProvenanceOptions): Provenance {
    return this.texts.provenance(value, options);
  }

  isTrusted(value: JsonValue, param: string): boolean {
    return this.texts.isTrusted(value, param);
  }

  origins(label: string): readonly LabelOrigin[] {
    return this.from.get(label) ?? [];
  }
}
