import type { InferenceProvider, InferenceRequest } from "@car/ir/ports";

/** Gives a provider that answers any question, for each test a fresh one. */
export type InferenceFactory = () => InferenceProvider | Promise<InferenceProvider>;

/** What every test asks. Frozen: all tests share it. */
export const QUESTION: InferenceRequest = Object.freeze({
  messages: Object.freeze([Object.freeze({ role: "user", content: "Say hello to the world." })]),
});
