export { loadPolicyCases, loadPolicyFile, readPolicyFile } from "./load-policy-file.js";
export type { PolicyFileText } from "./load-policy-file.js";
