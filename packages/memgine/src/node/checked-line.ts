import { crc32 } from "node:zlib";

/** A line with its checksum: eight hex characters, a blank, the text, a line feed. */
export function lineOf(text: string): string {
  return `${checksum(text)} ${text}\n`;
}

/** The text of a line, without its line feed, or `undefined` when the checksum is wrong. */
export function textOfLine(line: string): string | undefined {
  const text = line.slice(9);
  return line.slice(0, 8) === checksum(text) ? text : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
