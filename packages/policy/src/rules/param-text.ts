import type { ParamField } from "../schema/fields.js";
import { toolText } from "./deny-tool.js";

/** A parameter as a message names it. */
export function paramText({ tool, param }: { readonly tool: string; readonly param: ParamField }): string {
  return `parameter \`${paramName(param)}\` of ${toolText(tool)}`;
}

/** A parameter's path as one text. */
export function paramName(param: ParamField): string {
  return typeof param === "string" ? param : param.join(".");
}
