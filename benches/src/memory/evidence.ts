import { readFileSync } from "node:fs";
import type { Embedder } from "@car/ir/ports";
import { type Conversation, type ConversationTurn, rankTurns } from "./rank-turns.js";

/** Share of the evidence turns among the first ten, averaged over questions. */
export interface EvidenceFigures {
  readonly questions: number;
  readonly recall_at_10: number;
}

interface ConversationRow {
  readonly turns: readonly ConversationTurn[];
  readonly questions: readonly { readonly question: string; readonly evidence: readonly string[] }[];
}

const FIRST = 10;

/** Scores `rankTurns` on a JSONL file: one conversation a line, `{turns, questions: [{question, evidence: [turn ids]}]}`. */
export async function measureEvidence(path: string, embedder: Embedder | undefined): Promise<EvidenceFigures> {
  let [questions, sum] = [0, 0];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const row = JSON.parse(line) as ConversationRow;
    const conversation: Conversation = { turns: row.turns };
    for (const { question, evidence } of row.questions) {
      if (evidence.length === 0) continue;
      const ranked = await rankTurns(conversation, question, {
        limit: FIRST,
        ...(embedder === undefined ? {} : { embedder }),
      });
      questions += 1;
      sum += evidence.filter((id) => ranked.includes(id)).length / evidence.length;
    }
  }
  return { questions, recall_at_10: questions === 0 ? 0 : sum / questions };
}
