/** The oldest version that `engines` of package.json allows: major and minor. */
const NEEDED = [24, 11] as const;

/**
 * Ends the process with one line unless its Node is new enough. A program calls this before it imports its other modules
 * dynamically: Node resolves static imports first, and a missing export would be a SyntaxError.
 */
export function requireNode(): void {
  const found = process.versions.node;
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  process.stderr.write(`Node ${NEEDED.join('.')} or newer is needed; this is Node ${found} (${process.execPath})\n`);
  process.exit(1);
}
