export { explainRun } from "./explain-run.js";
export type { ExplainedAction, RunExplanation } from "./explain-run.js";
export { CallBook } from "./call-book.js";
export type { CallFacts } from "./call-book.js";
export { describeCall } from "./describe-event.js";
export { hideSecrets } from "../redact/hide-secrets.js";
