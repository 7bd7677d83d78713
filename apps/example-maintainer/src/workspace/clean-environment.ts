/** What a program needs from the surroundings, on Linux, macOS and Windows. */
const KEPT = ["PATH", "Path", "PATHEXT", "SystemRoot", "TEMP", "TMP", "TMPDIR"];

/**
 * Environment for the child processes: nothing of the user's git, Node or test runner settings reaches them, so that
 * the story comes out the same on every machine. `home` is an empty folder.
 */
export function cleanEnvironment(home: string): Readonly<Record<string, string>> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
}
