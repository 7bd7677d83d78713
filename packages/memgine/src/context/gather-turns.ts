import { threadOf } from "../conversation/detours.js";
import { readTurn } from "../conversation/read-turns.js";
import type { Core } from "../core/core.js";
import { entryAt } from "../core/store.js";
import type { Candidate } from "./context-item.js";
import type { Question } from "./gather.js";
import { oneLine } from "./one-line.js";

/** Turns of a conversation that are looked at, and conversations that are. */
const TURNS_READ = 60;
const CONVERSATIONS_READ = 6;

/** What was left out of the conversations, by reason. */
export type Withheld = Record<string, number>;

/** What of the conversations may be handed on, newest first; `shown` are the texts that the context has already. */
export function gatherTurns(
  core: Core,
  question: Question,
  request: { readonly conversation?: string | undefined; readonly query: string; readonly shown: readonly string[] },
): { readonly candidates: readonly Candidate[]; readonly withheld: Withheld } {
  const withheld: Withheld = {};
  const shown = request.shown.map(folded);
  const candidates = conversationsOf(core, question, request.conversation).flatMap((conversation) =>
    turnsOf(core, conversation, request.query).flatMap((number): Candidate[] => {
      const { node } = entryAt(core.store, number);
      if (!question.accepts(number)) return [];
      const read = readTurn(core.store, number, {
        cues: core.cues,
        wantsTentative: question.wantsTentative,
        shown: (sentence) => shown.some((text) => text.includes(folded(sentence))),
      });
      for (const reason of read.left_out) withheld[reason] = (withheld[reason] ?? 0) + 1;
      if (read.text === "") return [];
      const hit = question.hits.get(number);
      return [
        {
          section: "conversation",
          id: node.id,
          text: `${node.speaker ?? ""}: ${oneLine(read.text)}`,
          provenance: { conversation, speaker: node.speaker ?? "", time: node.valid_from },
          labels: node.labels,
          why: hit?.why ?? [],
          number,
          time: node.valid_from,
          score: hit?.score ?? 0,
        },
      ];
    }),
  );
  return { candidates, withheld };
}

function conversationsOf(core: Core, { hits }: Question, current: string | undefined): readonly string[] {
  const names = new Set<string>(current === undefined ? [] : [current]);
  for (const number of hits.keys()) {
    if (names.size >= CONVERSATIONS_READ) break;
    const name = core.store.entries[number]?.node.conversation;
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

/** The turns of the matter at hand, or of the interruption that the query is about; newest first. */
function turnsOf(core: Core, conversation: string, query: string): readonly number[] {
  const { store } = core;
  const turns = (store.turns.get(conversation) ?? [])
    .filter((number) => store.entries[number]?.node.kind === "turn" && store.entries[number].retired === undefined)
    .slice(-TURNS_READ);
  const { main, detours } = threadOf(store, turns, core.cues);
  const wanted = new Set(store.vocabulary.knownTermsOf(query));
  const mentions = (numbers: readonly number[]): number =>
    new Set(
      numbers
        .flatMap((number) => store.vocabulary.termsOf(entryAt(store, number).node.text))
        .filter((term) => wanted.has(term)),
    ).size;
  const about = mentions(main);
  const asked = detours.filter((detour) => mentions(detour) > about);
  return [...main, ...asked.flat()].sort((left, right) => right - left);
}

function folded(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}
