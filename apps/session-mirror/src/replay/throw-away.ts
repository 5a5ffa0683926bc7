import { OptionsError } from '../command-line/options.js';
import type { Sides } from '../comparing/compare-pair.js';
import type { SideName } from '../comparing/side.js';

/** A session that only servers to be thrown away have: somebody has to have put it there. */
export const MARKER_SESSION = 'mirror-throw-away';

/**
 * Makes sure that both sides are meant to be written to, and do not write to one database: each has the marker session,
 * under a name of its own.
 *
 * @throws OptionsError when they are not, with what to do
 * @throws NoReply when a side does not answer
 */
export async function assertDisposable(sides: Sides): Promise<void> {
  const faults: string[] = [];
  for (const name of ['python', 'ours'] as const) {
    const reply = await sides[name].send({ method: 'GET', target: `/sessions/${MARKER_SESSION}`, headers: {} });
    if (reply.status !== 200 || parseSessionName(reply.body) !== name) faults.push(notDisposableError(name));
  }
  if (faults.length > 0) throw new OptionsError(faults);
}

function notDisposableError(name: SideName): string {
  return `--unsafe: refused, ${name} is not marked as a server to be thrown away: its database has no session '${MARKER_SESSION}' with the name '${name}' (docs/mirror.md)`;
}

function parseSessionName(body: string): unknown {
  try {
    return (JSON.parse(body) as { session_name?: unknown } | null)?.session_name;
  } catch {
    return undefined;
  }
}
