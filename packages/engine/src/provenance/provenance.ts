import type { JsonValue, LabelSet } from "@car/ir";
import { joinLabels, NO_LABELS } from "@car/ir/internal";
import type { Provenance, ProvenanceOptions, ValueSource } from "@car/ir/ports";
import { addressesIn } from "./addresses.js";
import { normalText } from "./normal-text.js";
import type { TextIndex } from "./text-index.js";
import type { UserWords } from "./user-words.js";

/** Where values are looked for. */
export interface Evidence {
  readonly user: UserWords;
  readonly trusted: TextIndex;
  readonly labelled: TextIndex;
  isDesignated(atom: string): boolean;
}

/** Longer texts are not looked for: nobody says a text of that length, and copying one proves nothing. */
const MAX_VALUE = 65_536;
const MAX_ELEMENTS = 10_000;
/** Words beside an address that still are its label: `Ann Smith <ann@example.com>`. */
const MAX_LABEL_WORDS = 4;

const RANK: readonly ValueSource[] = ["nothing", "request", "trusted", "designated", "unknown", "labelled"];
const NOTHING: Provenance = Object.freeze({ source: "nothing", labels: NO_LABELS });
const REQUEST: Provenance = Object.freeze({ source: "request", labels: NO_LABELS });
const TRUSTED: Provenance = Object.freeze({ source: "trusted", labels: NO_LABELS });
const UNKNOWN: Provenance = Object.freeze({ source: "unknown", labels: NO_LABELS });

/** The worse of two, with the labels of both where they are equally bad. */
function worse(left: Provenance, right: Provenance): Provenance {
  const [a, b] = [RANK.indexOf(left.source), RANK.indexOf(right.source)];
  if (a !== b) return a > b ? left : right;
  const labels = joinLabels(left.labels, right.labels);
  return labels === left.labels ? left : { source: left.source, labels };
}

/** Where a value was seen: the worst that can be said of any of its elements. */
export function provenanceOf(value: JsonValue, options: ProvenanceOptions, evidence: Evidence): Provenance {
  let found = NOTHING;
  let count = 0;
  const open: JsonValue[] = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (++count > MAX_ELEMENTS) return worse(found, unseen(evidence));
    if (typeof at === "object" && at !== null) for (const member of Object.values(at)) open.push(member);
    else found = worse(found, scalar(at, options, evidence));
  }
  return found;
}

function scalar(value: string | number | boolean | null, options: ProvenanceOptions, evidence: Evidence): Provenance {
  if (value === null || value === "") return NOTHING;
  if (options.elements === "addresses") return typeof value === "string" ? addresses(value, evidence) : NOTHING;
  if (typeof value === "boolean") return unseen(evidence);
  return typeof value === "number" ? number(value, options, evidence) : text(value, options, evidence);
}

function addresses(value: string, evidence: Evidence): Provenance {
  if (value.length > MAX_VALUE) return unseen(evidence);
  const { mails, hosts, accounts, odd } = addressesIn(value);
  const found = [...mails, ...hosts, ...accounts].map((each) => address(each, evidence));
  return found.reduce(worse, odd ? unseen(evidence) : NOTHING);
}

function text(value: string, options: ProvenanceOptions, evidence: Evidence): Provenance {
  if (value.length > MAX_VALUE) return unseen(evidence);
  const normal = normalText(value);
  if (normal === "") return NOTHING;
  const { mails, hosts, odd, rest } = addressesIn(value);
  const found = [...mails, ...hosts].map((each) => address(each, evidence)).reduce(worse, NOTHING);
  if (odd) return worse(found, unseen(evidence));
  if (found !== NOTHING && (rest.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) <= MAX_LABEL_WORDS) return found;
  return worse(found, phrase(normal, options, evidence));
}

function phrase(normal: string, { param, acceptShort }: ProvenanceOptions, evidence: Evidence): Provenance {
  if (acceptShort !== true && isShort(normal)) {
    if (evidence.user.names(normal, param)) return REQUEST;
    // Numbers repeat from one kind of thing to the next: that a record is named says nothing about a `13` in it.
    const labels = labelledAt(normal, evidence);
    return labels === undefined ? unseen(evidence) : labelled(labels);
  }
  if (evidence.user.says(normal)) return REQUEST;
  return evidence.trusted.find(normal) === undefined ? atom(normal, evidence) : TRUSTED;
}

/** `13` or `me` stands in many a sentence that is about something else. */
function isShort(normal: string): boolean {
  const letters = normal.replace(/[^\p{L}\p{N}]/gu, "");
  return letters.length < 3 || (letters.length < 6 && /^\p{N}+$/u.test(letters));
}

function labelledAt(normal: string, { labelled: index }: Evidence): LabelSet | undefined {
  return index.find(normal, index.allLabels);
}

function atom(normal: string, evidence: Evidence): Provenance {
  const labels = labelledAt(normal, evidence);
  if (evidence.isDesignated(normal)) return { source: "designated", labels: labels ?? NO_LABELS };
  return labels === undefined ? unseen(evidence) : labelled(labels);
}

function number(value: number, options: ProvenanceOptions, evidence: Evidence): Provenance {
  if (options.acceptShort === true && evidence.user.saysNumber(value)) return REQUEST;
  return phrase(String(value), options, evidence);
}

function address(each: string, evidence: Evidence): Provenance {
  if (evidence.user.index.findAddress(each) !== undefined) return REQUEST;
  if (evidence.trusted.findAddress(each) !== undefined) return TRUSTED;
  const labels = evidence.labelled.findAddress(each);
  if (evidence.isDesignated(each)) return { source: "designated", labels: labels ?? NO_LABELS };
  return labels === undefined ? unseen(evidence) : labelled(labels);
}

function labelled(labels: LabelSet): Provenance {
  return { source: "labelled", labels };
}

/** When labelled data had to be left out, what is not found may have stood there. */
function unseen({ labelled: { isFull, allLabels } }: Evidence): Provenance {
  return isFull ? labelled(allLabels) : UNKNOWN;
}
