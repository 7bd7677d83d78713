export { scriptedProvider } from "../providers/scripted-provider.js";
export type { Script, ScriptedProvider, ScriptedReply } from "../providers/scripted-provider.js";
export { recordingProvider } from "../providers/recording-provider.js";
export type { RecordingProvider } from "../providers/recording-provider.js";
export { replayingProvider } from "../providers/replaying-provider.js";
export type { RecordedCall, RecordedMethod, Recording } from "../providers/recording.js";
