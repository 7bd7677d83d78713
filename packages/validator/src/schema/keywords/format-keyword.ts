import { DATE_FORMATS } from "../format/date-formats.js";
import { IDENTIFIER_FORMATS } from "../format/identifier-formats.js";
import { NETWORK_FORMATS } from "../format/network-formats.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { fail } from "../interpret/run.js";

const FORMATS = new Map(Object.entries({ ...DATE_FORMATS, ...NETWORK_FORMATS, ...IDENTIFIER_FORMATS }));

/** `format`, which says something only where a host or a meta-schema asks for it. Unknown formats pass. */
export const formatKeywords: readonly Keyword[] = [
  keyword<string>({
    name: "format",
    vocabulary: "format-assertion",
    compile({ value: name, complaint }) {
      const test = FORMATS.get(name);
      if (test === undefined) return undefined;
      const complain = complaint(`must have the format ${name}`);
      return (data, run) => typeof data !== "string" || test(data) || fail(run, complain);
    },
  }),
];
