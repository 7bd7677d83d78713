import { ConfigInvalidError, type JsonObject } from "@car/ir";
import type { Tool } from "@car/ir/ports";

const MEMBERS = ["sql", "table", "where", "params"];

/**
 * The same tool, undone by images: they are taken before the call, after it, and before it is undone.
 * @param image - parameters of the reader; `"$parameters.query"` stands for that parameter of the tool.
 */
export function wrapped(tool: Tool, image: JsonObject, prefix: string): Tool {
  const { name, parameters } = tool.schema;
  const unknown = Object.keys(image).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new ConfigInvalidError(`an image of \`${name}\` has no \`${unknown}\``);
  if ("sql" in image === "table" in image) {
    throw new ConfigInvalidError(`an image of \`${name}\` is taken either of \`sql\` or of \`table\``);
  }
  const known = parameters?.["properties"];
  for (const [, parameter = ""] of JSON.stringify(image).matchAll(/"\$parameters\.([^".[]+)/g)) {
    if (typeof known === "object" && known !== null && !(parameter in known)) {
      throw new ConfigInvalidError(`\`${name}\` has no parameter \`${parameter}\` to take an image of`);
    }
  }
  return {
    ...tool,
    schema: {
      ...tool.schema,
      reversibility: "compensable",
      before: { tool: `${prefix}_image`, parameters: image, verify: true },
      compensation: { tool: `${prefix}_restore`, parameters: { image: "$before" } },
    },
  };
}
