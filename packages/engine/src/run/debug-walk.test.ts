import { readFileSync } from "node:fs";
import { it } from "vitest";
import { takeWalk } from "../testing/walk/take-walk.js";
import { Walker } from "../testing/walk/walker.js";
import { WalkLog } from "../testing/walk/walk-log.js";

it("debug", async () => {
  const walk = JSON.parse(readFileSync("/tmp/case.json", "utf8"));
  const append = WalkLog.prototype.append;
  WalkLog.prototype.append = function (draft) {
    const seq = append.call(this, draft);
    console.log(
      seq,
      draft.time,
      draft.kind,
      draft.scope?.run_id.slice(-4),
      draft.scope?.action_ids[draft.action] ?? "",
      draft.attempt,
      JSON.stringify(draft.data)?.slice(0, 240),
    );
    return seq;
  };
  const step = Walker.prototype.step;
  Walker.prototype.step = function (one) {
    console.log("--", JSON.stringify(one).slice(0, 200));
    return step.call(this, one);
  };
  console.log(await takeWalk(walk));
});
