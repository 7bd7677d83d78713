let allowed: boolean | undefined;

/**
 * Whether this platform lets a program compile text into functions. A content security policy without `unsafe-eval`
 * does not. Asked once, and only when somebody needs to know: the question itself shows in a browser's reports.
 */
export function isCodeGenerationAllowed(): boolean {
  return (allowed ??= canCompile());
}

function canCompile(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a constant text, to see whether it is allowed
    return (new Function("return true") as () => boolean)();
  } catch {
    return false;
  }
}
