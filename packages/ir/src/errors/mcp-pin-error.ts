import { CarError } from "./car-error.js";

/**
 * Tools of an MCP server are not as the host approved them. Nothing of the server was registered. Read what the tools say
 * now, and approve `found` by adding it to the pins.
 */
export class McpPinError extends CarError {
  readonly code = "CAR_MCP_PIN_MISMATCH";
  /** The hashes that the tools have now, by name, of those that have changed or are new. */
  readonly found: Readonly<Record<string, string>>;

  constructor(message: string, { found }: { readonly found: Readonly<Record<string, string>> }) {
    super(message);
    this.found = found;
  }
}
