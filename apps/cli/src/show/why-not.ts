import type { UndecidedDecision } from "@car/engine/replay";

/** Why a run was not executed again, or a decision not asked for again. */
export const WHY_NOT: Readonly<Record<UndecidedDecision["why"], string>> = {
  unparsed: "its input was no proposal",
  no_config: "the log does not say which tools there were; name them with --tools",
  interrupted: "a process ended during it",
  broken: "the log or the store failed",
  open: "it has no end in this log",
  too_long: "too much came before its end to be held until then",
  beginning_missing: "its beginning was dropped from the log",
  past_unknown: "what came before it in its session, or the call that began it, is not known",
  labels_unknown: "it depends on labels of data, which are not in the log",
  not_found: "there is no such run in the log",
  diverged: "the run comes out differently before this",
};
