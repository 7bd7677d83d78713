/** `passed` when the whole test suite has passed since the last edit, else `stale` or absent. Only tools write it. */
export const TESTS_STATUS = "tests.status";
/** The commit that the agent made last. */
export const REPO_HEAD = "repo.head";
/** What was pushed last: full names with what they name. */
export const RELEASE_PUSHED = "release.pushed";
/** The version that the agent means to release; its own word, so no policy relies on it. */
export const RELEASE_VERSION = "release.version";
