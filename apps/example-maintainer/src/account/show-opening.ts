import type { Stage } from "../stage.js";
import { TASK } from "../task.js";

/** Who works on what, and with what. */
export async function showOpening({ account, workspace, runtime, planner }: Stage): Promise<void> {
  const commits = (await workspace.git(["rev-list", "--count", "HEAD"])).trim();
  const served = runtime.tools().filter(({ metadata }) => metadata["mcp"] !== undefined).length;
  account.headline("An agent maintains a git repository");
  account.fact("project", `tidy-duration 1.2.0, ${commits} commits, cloned to ${workspace.clone}`);
  account.fact("task", `#${TASK.number} ${TASK.title}; release ${TASK.version}`);
  account.fact(
    "tools",
    `${runtime.tools().length}: ${served} of the MCP filesystem server, git, the test runner, any program`,
  );
  account.fact("planner", planner.name);
}
