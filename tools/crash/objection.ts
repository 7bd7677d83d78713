/** One thing that must not be, in words. */
export interface Objection {
  readonly kind: "repeated" | "unrecorded" | "unapproved" | "outlived" | "silent" | "receipt";
  readonly what: string;
}
