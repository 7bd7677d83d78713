import { type FolderSystem, replaceFile } from "@car/files";

const NAME = "place";

/**
 * Says whether a folder is a copy of the one it was made as: it then holds another folder's number. Of a copy that was
 * taken while a process wrote, a snapshot may be newer than the log; of the folder itself that would be a loss.
 */
export function isCopy(fs: FolderSystem, dir: string): boolean {
  const file = `${dir}/${NAME}`;
  if (!fs.existsSync(file)) return false;
  return fs.readFileSync(file).toString("utf8") !== placeOf(fs, dir);
}

/** Makes a folder its own original. */
export function markPlace(fs: FolderSystem, dir: string): void {
  replaceFile(`${dir}/${NAME}`, placeOf(fs, dir), { fs });
}

function placeOf(fs: FolderSystem, dir: string): string {
  const fd = fs.openSync(dir, "r");
  try {
    const { dev, ino } = fs.fstatSync(fd);
    return `${dev}:${ino}\n`;
  } finally {
    fs.closeSync(fd);
  }
}
