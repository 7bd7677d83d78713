import type { JsonArray, JsonObject, JsonValue, LabelSet } from "@car/ir";
import { joinLabels, NO_LABELS } from "@car/ir/internal";
import { addressesIn } from "./addresses.js";
import { endsAt, normalText, startsAt } from "./normal-text.js";

/** Room for one text in a packed position; longer ones are cut, and count as cut. */
const MAX_TEXT = 1 << 22;
/** Places of one word that are compared with a value; a word that stands more often finds nothing. */
const MAX_PLACES = 4_096;
const WORD = /[\p{L}\p{N}]+/gu;
const FIRST_WORD = /[\p{L}\p{N}]+/u;

/**
 * Texts in which values can be found again, as whole words, without going through them. Grows with each text; what a
 * question costs does not. Bounded: texts beyond `maxChars` are not taken, and `isFull` says so.
 */
export class TextIndex {
  private readonly texts: string[] = [];
  private readonly labels: LabelSet[] = [];
  /** By word: where it stands, text and offset in one number. */
  private readonly places = new Map<string, number[]>();
  private readonly addresses = new Map<string, LabelSet>();
  private readonly maxChars: number;
  private chars = 0;
  private full = false;
  private all: LabelSet = NO_LABELS;

  constructor(maxChars: number) {
    this.maxChars = maxChars;
  }

  /** Whether texts had to be left out. */
  get isFull(): boolean {
    return this.full;
  }

  /** Labels of all texts, those that were left out included. */
  get allLabels(): LabelSet {
    return this.all;
  }

  /** Adds every text, number and mail address in a value. `skip` says which texts are not to be added. */
  addValue(value: JsonValue, labels: LabelSet = NO_LABELS, skip?: (text: string) => boolean): void {
    this.all = joinLabels(this.all, labels);
    const open: JsonValue[] = [value];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (typeof at === "object" && at !== null) openMembers(at, open);
      else if (typeof at === "string" || typeof at === "number") {
        const text = String(at);
        if (skip?.(text) !== true) this.addText(text, labels);
      }
    }
  }

  /** Adds one text. */
  addText(raw: string, labels: LabelSet = NO_LABELS): void {
    this.all = joinLabels(this.all, labels);
    const room = Math.min(MAX_TEXT, this.maxChars - this.chars);
    if (raw.length > room) this.full = true;
    if (room <= 0) return;
    const cut = raw.length > room ? raw.slice(0, room) : raw;
    this.chars += cut.length;
    const { mails, hosts, accounts } = addressesIn(cut);
    for (const found of [mails, hosts, accounts]) {
      for (const address of found) if (!this.addresses.has(address)) this.addresses.set(address, labels);
    }
    const text = normalText(cut);
    const base = this.texts.push(text) - 1;
    this.labels.push(labels);
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const place = base * MAX_TEXT + index;
      const known = this.places.get(word);
      if (known === undefined) this.places.set(word, [place]);
      else if (known.length <= MAX_PLACES) known.push(place);
    }
  }

  /**
   * Labels of a text in which the value stands as whole words, or `undefined`. Takes a `normalText`. A word that stands
   * in too many places to look at them all gives `unsure`.
   */
  find(value: string, unsure?: LabelSet): LabelSet | undefined {
    const first = FIRST_WORD.exec(value);
    if (first === null) return undefined;
    const places = this.places.get(first[0]);
    if (places === undefined) return undefined;
    if (places.length > MAX_PLACES) return unsure;
    for (const place of places) {
      const at = Math.floor(place / MAX_TEXT);
      const text = this.texts[at]!;
      const start = (place % MAX_TEXT) - first.index;
      if (start < 0 || !text.startsWith(value, start)) continue;
      if (startsAt(text, start) && endsAt(text, start + value.length)) return this.labels[at]!;
    }
    return undefined;
  }

  /** Labels of a text in which this mail address, host or account number stands, or `undefined`. Lower case. */
  findAddress(address: string): LabelSet | undefined {
    return this.addresses.get(address);
  }
}

function openMembers(value: JsonArray | JsonObject, open: JsonValue[]): void {
  // Names of members are the tool's own words, unless they are data: a map from addresses to rights.
  if (!Array.isArray(value)) for (const key of Object.keys(value)) if (key.includes("@")) open.push(key);
  for (const member of Object.values(value)) open.push(member);
}
