export { checkAgainst } from "../document/check-document.js";
export { readDocument } from "../document/parse-policy-document.js";
