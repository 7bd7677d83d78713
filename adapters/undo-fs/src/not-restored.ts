/** What undoing does not bring back. */
export const NOT_RESTORED = [
  "times of files and folders",
  "owners and groups",
  "extended attributes and access lists",
  "that names are hard links of one file",
  "holes in sparse files",
] as const;
