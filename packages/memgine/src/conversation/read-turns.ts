import type { CueReader } from "../cues/read-cues.js";
import { entryAt, type Store } from "../core/store.js";
import { sentencesOf } from "../text/sentences.js";
import { valuesIn } from "../text/values.js";
import { isContradicted, type Stale, staleness } from "./staleness.js";

/** What of a turn may be handed on. */
export interface ReadTurn {
  readonly text: string;
  /** Why sentences were left out, one reason for each. */
  readonly left_out: readonly LeftOut[];
}

/** Why a sentence of a turn is not handed on. */
export type LeftOut = "request" | "injection" | "hypothesis" | "history" | "superseded" | "repeated" | "empty";

/** What the reader of turns knows about the query. */
export interface TurnQuestion {
  readonly cues: CueReader;
  /** The query asks for drafts and hypotheses. */
  readonly wantsTentative: boolean;
  /** Whether the context has the sentence already. */
  readonly shown: (sentence: string) => boolean;
}

interface Judged {
  readonly sentence: string;
  readonly reason: LeftOut | undefined;
  readonly stale: Stale | undefined;
}

const SPEAKER_TAG = /^\s*\[[^\]]{1,60}\]:?\s*/;
/** A sentence with fewer words says nothing by itself. */
const LEAST_TERMS = 2;
const LEAST_RESIDUE_TERMS = 3;

/** The sentences of a turn that state something, that still holds, and that the context does not have yet. */
export function readTurn(store: Store, turn: number, question: TurnQuestion): ReadTurn {
  const { node } = entryAt(store, turn);
  const tag = SPEAKER_TAG.exec(node.text)?.[0] ?? "";
  if (question.cues.isInjection(node.text)) return { text: "", left_out: ["injection"] };
  const judged = sentencesOf(node.text.slice(tag.length)).map((sentence) => judge(store, { turn, sentence }, question));
  const isTainted = judged.some(({ stale }) => stale !== undefined);
  const kept =
    isTainted && !judged.some(({ sentence }) => question.cues.isCorrection(sentence))
      ? residueOf(store, judged, question.cues)
      : judged.filter(({ reason }) => reason === undefined);
  const left_out = judged.filter((one) => !kept.includes(one)).map(({ reason }) => reason ?? "superseded");
  const text = kept.map(({ sentence }) => sentence).join(" ");
  return { text: text === "" ? "" : `${tag}${text}`, left_out };
}

function judge(
  store: Store,
  said: { readonly turn: number; readonly sentence: string },
  { cues, wantsTentative, shown }: TurnQuestion,
): Judged {
  const { sentence } = said;
  const stale = staleness(store, said, cues);
  const reason = ((): LeftOut | undefined => {
    if (store.vocabulary.termsOf(sentence).length < LEAST_TERMS) return "empty";
    if (cues.isRequest(sentence)) return "request";
    if (!wantsTentative && cues.isHypothesis(sentence)) return "hypothesis";
    if (cues.isHistory(sentence)) return "history";
    if (shown(sentence)) return "repeated";
    return stale !== undefined || isContradicted(store, said, cues) ? "superseded" : undefined;
  })();
  return { sentence, reason, stale };
}

/**
 * A turn that repeats something superseded is not handed on: what is left of it would lose its sense. Of one that states several
 * things, a sentence that gives no replaced value stays: beside one that does, or when what holds now gives the same value.
 */
function residueOf(store: Store, judged: readonly Judged[], cues: CueReader): readonly Judged[] {
  const residue = judged.filter(({ sentence, reason, stale }) => {
    if (stale === undefined || !stale.isPart || reason !== "superseded") return false;
    return store.vocabulary.termsOf(sentence).length >= LEAST_RESIDUE_TERMS && !givesReplaced(sentence, stale, cues);
  });
  // INVARIANT: never the whole of what was superseded.
  if (residue.length >= judged.length) return [];
  if (judged.some(({ stale, sentence }) => stale !== undefined && givesReplaced(sentence, stale, cues))) return residue;
  return residue.filter(({ sentence }) => valuesIn(` ${sentence}`, cues.states).length > 0);
}

/** Whether a sentence gives a value that what holds now does not give. */
function givesReplaced(sentence: string, { current }: Stale, cues: CueReader): boolean {
  const held = current.toLowerCase();
  return valuesIn(sentence, cues.states).some(({ norm }) => norm.split(" ").some((word) => !held.includes(word)));
}
