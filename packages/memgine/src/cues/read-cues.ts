import { ConfigInvalidError } from "@car/ir";
import type { ChangeCue, CueLists } from "./cue-lists.js";

/** A sentence that announces a change. */
export interface ChangeFound {
  readonly cue: ChangeCue;
  readonly value: string;
  readonly subject: string | undefined;
}

/** Cue lists, ready to be asked. */
export interface CueReader {
  isHistory(sentence: string): boolean;
  isHypothesis(sentence: string): boolean;
  isRequest(sentence: string): boolean;
  isDetour(sentence: string): boolean;
  isResume(sentence: string): boolean;
  isKept(clause: string): boolean;
  isCorrection(sentence: string): boolean;
  isTentative(text: string): boolean;
  isInjection(text: string): boolean;
  isVoid(text: string): boolean;
  quotesThePast(text: string): boolean;
  isEcho(speaker: string): boolean;
  /** To whom a text restricts itself; an empty text when it does not say. */
  restrictedTo(text: string): string | undefined;
  /** The surest announcement in a sentence. */
  changeIn(sentence: string): ChangeFound | undefined;
  readonly states: ReadonlySet<string>;
}

/** Longer sentences are read up to here. */
const READ = 1_000;

/** Compiles cue lists. @throws `CAR_CONFIG_INVALID` for a pattern that is no regular expression. */
export function createCueReader(lists: CueLists): CueReader {
  const changes = lists.changes.map((cue) => ({ cue, regex: compiled(cue.pattern) }));
  const restricted = lists.restricted.map(compiled);
  const echoes = new Set(lists.echoes);
  const asks = (patterns: readonly string[]): ((text: string) => boolean) => {
    if (patterns.length === 0) return () => false;
    for (const pattern of patterns) compiled(pattern);
    const any = compiled(patterns.map((pattern) => `(?:${pattern})`).join("|"));
    return (text) => any.test(text.length > READ ? text.slice(0, READ) : text);
  };

  return {
    isHistory: asks(lists.history),
    isHypothesis: asks(lists.hypothesis),
    isRequest: asks(lists.request),
    isDetour: asks(lists.detour),
    isResume: asks(lists.resume),
    isKept: asks(lists.keep),
    isCorrection: asks(lists.correction),
    isTentative: asks(lists.tentative),
    isInjection: asks(lists.injection),
    isVoid: asks(lists.void),
    quotesThePast: asks(lists.quoting),
    isEcho: (speaker) => echoes.has(speaker.toLowerCase()),
    states: new Set(lists.states),
    restrictedTo(text) {
      for (const regex of restricted) {
        const match = regex.exec(text.slice(0, READ));
        if (match !== null) return match.groups?.["who"]?.trim() ?? "";
      }
      return undefined;
    },
    changeIn(sentence) {
      let best: ChangeFound | undefined;
      for (const { cue, regex } of changes) {
        if (best !== undefined && best.cue.confidence >= cue.confidence) continue;
        const match = regex.exec(sentence.slice(0, READ));
        const value = match?.groups?.["value"]?.trim();
        if (value === undefined || value === "") continue;
        best = { cue, value, subject: match?.groups?.["subject"]?.trim() };
      }
      return best;
    },
  };
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "i");
  } catch (cause) {
    throw new ConfigInvalidError(`cue \`${pattern}\` is no regular expression`, { cause });
  }
}
