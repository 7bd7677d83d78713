import type { JsonValue } from "../json/json-value.js";

/** Payload of `session_opened`. */
export type SessionOpenedData = {
  /** The session; its runs name it as `session_id`. */
  readonly session_id: string;
  /** On whose behalf everything in it is done. */
  readonly principal: string;
  /** What the user asked for, in their own words, as far as it counts; absent when nothing was said yet. */
  readonly request?: string;
};

/** Payload of `session_told`: further words of the user, or something that the model is shown by the host. */
export type SessionToldData = {
  /** The session. */
  readonly session_id: string;
  /** The user's words, as far as they count; absent when something is shown. */
  readonly said?: string;
  /** What the model is shown; absent when the user says something. */
  readonly shown?: JsonValue;
  /** Data-flow labels of what is shown; empty for what counts as trusted data. */
  readonly labels?: readonly string[];
};
