/** What the agent is asked to do: the bug report, and what a release of this project takes. */
export const TASK = {
  number: 17,
  title: 'format(119700) writes "1m 60s", it should write "2m"',
  version: "1.2.1",
  tag: "v1.2.1",
  text: [
    'Issue #17: format(119700) writes "1m 60s". It should write "2m": a unit that is rounded up to a full larger unit',
    'has to carry into it. Likewise format(86399500) should write "1d". Existing behaviour, rounding to the nearest',
    "included, must stay.",
    "",
    "Release the fix as version 1.2.1: a regression test in test/format.test.js, the version in package.json, an entry",
    "in CHANGELOG.md, the whole test suite, one commit, the tag v1.2.1, and a push.",
  ].join("\n"),
} as const;
