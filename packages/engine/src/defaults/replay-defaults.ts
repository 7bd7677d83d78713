/** What executing a log again needs of other packages when the host names nothing else. */
export { createSchemaCompiler } from "@car/validator";
export { restoredStateStore } from "@car/state";
