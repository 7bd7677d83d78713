/** The only source of ids. */
export interface IdSource {
  /** `bytes * 2` lower-case hex characters that no other call, in any process, gives. */
  hex(bytes: number): string;
}
