import { type ScriptedInference, scriptedInference } from "@car/conformance";
import type { InferenceRequest, InferenceResponse } from "@car/ir/ports";

/**
 * A model that wants to start over. It tries the short way; told why not, it looks at what is there, and its answer is made
 * of what it was shown. Scripted, so that the story comes out the same each time.
 */
export function modelThatStartsOver(): ScriptedInference {
  return scriptedInference([
    {
      text: "The quickest way is to begin with an empty folder.",
      tool_calls: [
        { id: "wipe", name: "run_command", arguments: { command: "rm", args: ["-rf", "src", "test"] } },
        { id: "begin", name: "write_file", arguments: { path: "src/format.js", content: "// rewritten\n" } },
      ],
    },
    {
      text: "Then let me see how much there is to keep.",
      tool_calls: [
        { id: "size", name: "run_command", arguments: { command: "wc", args: ["-l", "src/format.js"] } },
        { id: "state", name: "git_status", arguments: {} },
      ],
    },
    answerFromWhatWasSeen,
  ]);
}

function answerFromWhatWasSeen({ messages }: InferenceRequest): InferenceResponse {
  const seen = messages.findLast(({ tool_call_id: id }) => id === "size")?.content ?? "";
  const lines = /(\d+) src\/format\.js/.exec(seen)?.[1] ?? "no";
  const text = `src/format.js has ${lines} lines: it can be mended, nothing has to go.`;
  return { text, usage: { input_tokens: 0, output_tokens: 0 }, model: "scripted", finish_reason: "stop" };
}
