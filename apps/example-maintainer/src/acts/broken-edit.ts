import { type LiveEvent, parseProposal } from "@car/ir";
import { showRun } from "../account/show-run.js";
import type { Act, Stage } from "../stage.js";
import { RELEASE_VERSION, TESTS_STATUS } from "../tools/state-keys.js";
import { fingerprintOf, sameFingerprint } from "../workspace/fingerprint.js";

/** Real edits, real failing tests, and everything as before: the state by rollback, the files by compensation. */
export const brokenEdit: Act = {
  title: "An edit breaks the tests, so all of it is undone",
  async play(stage) {
    const { account, workspace, record, events } = stage;
    record.clear();
    const before = { files: await fingerprintOf(workspace), state: stateOf(stage), events: events.length };
    const plan = parseProposal(await stage.planner.propose({ name: "quick_fix", knowledge: stage.knowledge }));
    const result = await stage.runtime.execute(plan);
    showRun(account, { actions: plan.actions, result, events });

    const tests = result.results.find(({ action_id }) => action_id === "tests");
    account.claim(
      "the edit was real: it broke a test that passed before",
      tests?.status === "failed" && /rounds to the nearest/.test(tests.error ?? ""),
    );
    const restored = restoredFiles(events.slice(before.events));
    account.claim(
      `both edits were undone, the last one first: ${restored.join(", ")}`,
      restored.join() === "package.json,src/format.js",
    );
    const after = await fingerprintOf(workspace);
    account.claim(
      `git status is clean, the tree hashes to ${after.files.slice(0, 12)} as before`,
      after.status === "" && after.files === before.files.files,
    );
    account.claim(
      "nothing was committed, tagged or pushed, and nothing is left outside",
      sameFingerprint(before.files, after) && !result.external_effects_remain,
    );
    account.claim(
      `the state was rolled back: it holds no ${RELEASE_VERSION} and no ${TESTS_STATUS}`,
      result.status === "rolled_back" && stateOf(stage) === before.state && isUnset(stage),
    );
  },
};

function isUnset({ runtime }: Stage): boolean {
  return [RELEASE_VERSION, TESTS_STATUS].every((key) => runtime.state.get(key) === undefined);
}

/** The whole state as text. */
function stateOf({ runtime }: Stage): string {
  return JSON.stringify(runtime.state.keys().map((key) => [key, runtime.state.entry(key)]));
}

/** What a file was before, as the runtime keeps it: as far as it is looked at here. */
interface Image {
  readonly paths: readonly { readonly path: string }[];
}

/** Paths whose content was written back, in the order in which that began. */
function restoredFiles(events: readonly LiveEvent[]): readonly string[] {
  const done = new Set(
    events.filter(({ kind }) => kind === "compensation_succeeded").map(({ action_id }) => action_id),
  );
  return events
    .filter((event) => event.kind === "compensation_started")
    .filter(({ action_id }) => done.has(action_id))
    .flatMap(({ data }) => (data.parameters["image"] as unknown as Image).paths.map(({ path }) => path));
}
