import { join } from "node:path";
import type { Stage } from "../stage.js";
import { TASK } from "../task.js";
import { readTap } from "../tools/read-tap.js";
import type { Workspace } from "../workspace/create-workspace.js";
import { gitIn } from "../workspace/git.js";
import { runProgram } from "../workspace/run-program.js";

const CASES = [
  [119_700, "2m"],
  [86_399_500, "1d"],
] as const;

/** Looks at the remote as anybody else would: with a fresh clone of it. */
export async function checkPublished({ account, workspace }: Stage): Promise<void> {
  const { git, remoteGit } = workspace;
  const [head, status] = await Promise.all([git(["rev-parse", "HEAD"]), git(["status", "--porcelain"])]);
  const published = await remoteGit(["rev-parse", "main", `${TASK.tag}^{commit}`]);
  account.claim(
    `the remote has main and ${TASK.tag} at commit ${head.slice(0, 7)}, and git status is clean`,
    published === `${head}\n${head}` && status === "",
  );

  const fresh = await freshClone(workspace);
  const tests = await runProgram(process.execPath, ["--test", "--test-reporter=tap"], fresh);
  const { passed, failures } = readTap(tests.stdout);
  account.claim(`a fresh clone of the remote passes its ${passed} tests`, tests.code === 0 && failures.length === 0);

  const script = `import("tidy-duration").then(({ format }) => console.log(${CASES.map(([ms]) => `format(${ms})`).join()}))`;
  const { stdout } = await runProgram(process.execPath, ["-e", script], fresh);
  const written = CASES.map(([ms, text]) => `format(${ms}) is "${text}"`).join(", ");
  account.claim(`and the bug is gone: ${written}`, stdout.trim() === CASES.map(([, text]) => text).join(" "));
}

async function freshClone({ root, remote, env }: Workspace): Promise<{ cwd: string; env: Workspace["env"] }> {
  const cwd = join(root, "fresh");
  await gitIn(root, env)(["clone", "--quiet", remote, cwd]);
  return { cwd, env };
}
