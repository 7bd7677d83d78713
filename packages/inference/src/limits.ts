/** Bounds on what goes to a model and what is taken from it. Everything beyond is refused with a typed error. */
export const INFERENCE_LIMITS = {
  /** Characters of one answer's text, and of the arguments of one of its tool calls. */
  maxAnswerChars: 1_000_000,
  /** Characters of an answer that is to be JSON. */
  maxJsonChars: 400_000,
  /** Nesting of an answer that is JSON. */
  maxJsonDepth: 64,
  maxToolCalls: 256,
  /** Bytes of one HTTP answer. */
  maxBodyBytes: 16 * 1024 * 1024,
  /** Texts of one `embed` and labels of one `classify`. */
  maxTexts: 4_096,
  /** Models asked for one request. */
  maxModelsTried: 3,
  /** Milliseconds until a model that has not answered is given up. */
  timeoutMs: 120_000,
  /** Characters of a foreign error's message. */
  maxMessageChars: 500,
} as const;
