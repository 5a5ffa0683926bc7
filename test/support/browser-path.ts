import { execFileSync } from 'node:child_process';

/** Names of the programs that will do. */
export const BROWSER_NAMES = ['chromium', 'google-chrome', 'chromium-browser'];

/** The path of the browser of this machine, undefined if it has none. */
export const BROWSER = BROWSER_NAMES.map(pathOf).find((path) => path !== undefined);

function pathOf(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
