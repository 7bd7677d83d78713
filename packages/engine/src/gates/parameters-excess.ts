import { jsonExcess, type JsonObject, type Reason } from "@car/ir";
import type { Run } from "../run/run.js";

/**
 * Why resolved parameters are too large, or `undefined`. A few references to one large output are a very large text, and
 * each action could double what the one before has; only the sum of it all is bounded, so it is measured here.
 */
export function parametersExcess({ config: { outputLimits } }: Run, parameters: JsonObject): Reason | undefined {
  const what = "with their references resolved the parameters are";
  switch (jsonExcess(parameters, outputLimits)) {
    case undefined:
      return undefined;
    case "maxBytes": {
      const message = `${what} larger than ${outputLimits.maxBytes} bytes`;
      return { code: "invalid", message, limit: "max_output_bytes" };
    }
    case "maxDepth": {
      const message = `${what} nested deeper than ${outputLimits.maxDepth} levels`;
      return { code: "invalid", message, limit: "max_depth" };
    }
  }
}
