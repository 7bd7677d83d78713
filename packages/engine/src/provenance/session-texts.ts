import type { JsonValue, LabelSet } from "@car/ir";
import type { Provenance, ProvenanceOptions } from "@car/ir/ports";
import { collectDesignated } from "./designation.js";
import { normalText } from "./normal-text.js";
import { type Evidence, provenanceOf } from "./provenance.js";
import { TextIndex } from "./text-index.js";
import { UserWords } from "./user-words.js";

/** Characters of trusted outputs that a session remembers; what comes later is not believed. */
const MAX_TRUSTED = 1 << 20;
/** Characters of labelled data that a session remembers; from then on every unknown value counts as labelled. */
const MAX_LABELLED = 1 << 21;
const MAX_DESIGNATED = 10_000;
/** Outputs that wait until somebody asks; more are worked off at once, to bound what they hold. */
const MAX_PENDING = 1_024;
const MAX_KNOWN = 1_000;
const MAX_KNOWN_CHARS = 512;

/** What a tool put out, as the model was shown it. */
export interface ShownOutput {
  readonly output: JsonValue;
  readonly labels: LabelSet;
  /** What the model itself had written to get it: echoes of that are no evidence. */
  readonly given: JsonValue;
}

/** All texts of a session, by how far they are to be believed. Outputs are read when somebody first asks. */
export class SessionTexts {
  private readonly user = new UserWords();
  private readonly trusted = new TextIndex(MAX_TRUSTED);
  private readonly labelled = new TextIndex(MAX_LABELLED);
  private readonly designated = new Set<string>();
  private readonly evidence: Evidence;
  /** Texts that were found trusted, or not, since what is trusted last changed: the same ones are asked about again. */
  private readonly known = new Map<string, boolean>();
  private newTrusted: ShownOutput[] = [];
  private newLabelled: ShownOutput[] = [];

  constructor() {
    const { user, trusted, labelled, designated } = this;
    this.evidence = { user, trusted, labelled, isDesignated: (atom) => designated.has(atom) };
  }

  /** Further words of the user. */
  say(text: string): void {
    // What was shown before was chosen without these words.
    this.readPending();
    this.known.clear();
    this.user.add(text);
  }

  /** Something that the model has been shown. */
  show(shown: ShownOutput): void {
    const pending = shown.labels.length === 0 ? this.newTrusted : this.newLabelled;
    pending.push(shown);
    if (pending.length >= MAX_PENDING) this.readPending();
  }

  /** Where a value was seen. */
  provenance(value: JsonValue, options: ProvenanceOptions): Provenance {
    this.readPending();
    return provenanceOf(value, options, this.evidence);
  }

  /** Whether a value is nothing, or stands in what the user said or in trusted data. Cheaper: other data do not matter. */
  isTrusted(value: JsonValue, param: string): boolean {
    if (this.newTrusted.length > 0) this.readTrusted();
    if (typeof value === "boolean") return false;
    const key = knownKey(value, param);
    const known = key === undefined ? undefined : this.known.get(key);
    if (known !== undefined) return known;
    const { source } = provenanceOf(value, { param, elements: "value" }, this.evidence);
    const isTrusted = source === "nothing" || source === "request" || source === "trusted";
    if (key === undefined) return isTrusted;
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(key, isTrusted);
    return isTrusted;
  }

  private readPending(): void {
    if (this.newTrusted.length > 0) this.readTrusted();
    if (this.newLabelled.length === 0) return;
    const shown = this.newLabelled;
    this.newLabelled = [];
    for (const each of shown) this.read(each);
  }

  private readTrusted(): void {
    const shown = this.newTrusted;
    this.newTrusted = [];
    this.known.clear();
    for (const each of shown) this.read(each);
  }

  private read({ output, labels, given }: ShownOutput): void {
    const value = parsedText(output);
    if (labels.length === 0) {
      this.trusted.addValue(value, labels, this.echoesOf(given));
      return;
    }
    this.labelled.addValue(value, labels);
    if (this.designated.size < MAX_DESIGNATED) {
      collectDesignated(value, this.user, (atom) => {
        if (this.designated.size < MAX_DESIGNATED) this.designated.add(atom);
      });
    }
  }

  /** A tool that repeats what it was given does not make it true. */
  private echoesOf(given: JsonValue): ((text: string) => boolean) | undefined {
    const own = new TextIndex(MAX_TRUSTED);
    own.addValue(given);
    const texts = leavesOf(given);
    if (texts.length === 0) return undefined;
    return (text) => {
      const normal = normalText(text);
      if (normal === "") return false;
      const isEcho = own.find(normal) !== undefined || texts.some((each) => normal.includes(each));
      return isEcho && !this.user.says(normal);
    };
  }
}

/** Texts and numbers that are not too long to be remembered. */
function knownKey(value: JsonValue, param: string): string | undefined {
  if (typeof value === "number") return `${param}#${value}`;
  return typeof value === "string" && value.length <= MAX_KNOWN_CHARS ? `${param}\n${value}` : undefined;
}

/** Texts of a value that are long enough to be recognised. */
function leavesOf(value: JsonValue): readonly string[] {
  if (typeof value === "string" || typeof value === "number") {
    const text = normalText(String(value));
    return text.length < 3 ? [] : [text];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((member) => leavesOf(member));
}

/** Many tools put JSON out as text. */
function parsedText(output: JsonValue): JsonValue {
  if (typeof output !== "string" || !/^\s*[[{]/u.test(output)) return output;
  try {
    return JSON.parse(output) as JsonValue;
  } catch {
    return output;
  }
}
