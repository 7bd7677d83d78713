export { collectEvents } from "../event-log/sealed-events.js";
export { anyEventDraft, SAMPLE_SCOPES } from "../generators/event-drafts.js";
export { anyPolicyCase } from "../policy/any-policy.js";
export type { PolicyCase } from "../policy/any-policy.js";
export { referencePolicy } from "../policy/reference-policy.js";
export type { ReferencePolicyOptions } from "../policy/reference-policy.js";
