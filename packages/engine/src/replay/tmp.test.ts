import { it } from "vitest";
import { replayRuns } from "./replay-runs.js";
import { recorded } from "./session-law.test.js";
it("x", async () => {
  const one = JSON.parse(process.env["ONE"]!);
  const events = await recorded([], one.steps);
  for (const { seq, kind, run_id, action_id, attempt } of events) console.log(seq, kind, run_id?.slice(-2) ?? "", action_id ?? "", attempt ?? "");
  console.log(await replayRuns(events));
});
