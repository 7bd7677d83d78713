import type { Spelling } from "./parse-escape.js";

const LONG_NAMES: Readonly<Record<string, string>> = {
  Letter: "L",
  Lowercase_Letter: "Ll",
  Uppercase_Letter: "Lu",
  Titlecase_Letter: "Lt",
  Modifier_Letter: "Lm",
  Other_Letter: "Lo",
  Mark: "M",
  Number: "N",
  Decimal_Number: "Nd",
  Letter_Number: "Nl",
  Other_Number: "No",
  Punctuation: "P",
  Symbol: "S",
  Separator: "Z",
  Other: "C",
  Control: "Cc",
};

const CATEGORY = /^(?:C|Cc|L|Ll|Lm|Lo|Lt|Lu|M|Mc|Me|Mn|N|Nd|Nl|No|P|Pc|Pd|Pe|Pf|Pi|Po|Ps|S|Sc|Sk|Sm|So|Z|Zl|Zp|Zs)$/;

/** `\p{...}` or `\P{...}`. RE2 knows general categories and scripts, the latter by their bare names. */
export function unicodeProperty(name: string, isNegated: boolean): Spelling {
  const letter = isNegated ? "P" : "p";
  const re2Name = re2PropertyName(name);
  return { native: `\\${letter}{${name}}`, re2: re2Name && `\\${letter}{${re2Name}}` };
}

function re2PropertyName(name: string): string | undefined {
  const [kind, value] = name.split("=");
  if (value === undefined) return categoryName(name);
  if (kind === "General_Category" || kind === "gc") return categoryName(value);
  return kind === "Script" || kind === "sc" ? value : undefined;
}

function categoryName(name: string): string | undefined {
  const short = LONG_NAMES[name] ?? name;
  return CATEGORY.test(short) ? short : undefined;
}
