import { areGeneratedIds, areGeneratedTimes, isDerivedMessageTime } from '@session-service/comparison';
import { OptionsError } from '../command-line.js';
import {
  type ComparisonResult,
  pythonFailure,
  type ResponsePair,
  responsePairDifferences,
  type Sides,
  toComparisonResult,
  type Verdict,
} from '../compare-responses.js';
import type { MirrorRequest } from '../requests/mirror-request.js';
import type { SideName, SideResponse } from '../side.js';

/**
 * Replays requests that write, in order. Both sides have databases of their own and make ids and times of their own:
 * where a recorded request created a session, later ones ask each side for the session that it has created instead.
 */
export class WriteReplayer {
  /** By side: the id it has made, by the recorded one. */
  private readonly createdIds: Readonly<Record<SideName, Map<string, string>>> = { python: new Map(), ours: new Map() };
  private readonly since = Math.floor(Date.now() / 1000);

  constructor(private readonly sides: Sides) {}

  /** Asks both sides once: what writes cannot be asked again. */
  replay(request: MirrorRequest): Promise<ComparisonResult> {
    return toComparisonResult(request, async () => {
      const [python, ours] = await Promise.all([this.send('python', request), this.send('ours', request)]);
      const first = { python, ours };
      return { first, verdict: this.verdictOf(first, request) };
    });
  }

  private async send(side: SideName, request: MirrorRequest): Promise<SideResponse> {
    const ids = this.createdIds[side];
    const { target, body } = request;
    const reply = await this.sides[side].send({
      ...request,
      target: replaceIds(target, ids, encodeURIComponent),
      ...(body === undefined ? {} : { body: replaceIds(body, ids, (id) => id) }),
    });
    const made = request.createdSession === undefined ? undefined : parseSessionId(reply);
    if (request.createdSession !== undefined && made !== undefined) ids.set(request.createdSession, made);
    const recorded = new Map([...ids].map(([from, to]) => [to, from]));
    return { ...reply, body: replaceIds(reply.body, recorded, (id) => id) };
  }

  private verdictOf(pair: ResponsePair, request: MirrorRequest): Verdict {
    const failure = pythonFailure(pair);
    if (failure !== undefined) return failure;
    const differences = responsePairDifferences(pair, request).filter(
      (difference) =>
        !areGeneratedIds(difference) &&
        !areGeneratedTimes(difference, this.since) &&
        !isDerivedMessageTime(difference, this.since),
    );
    return differences.length === 0 ? { kind: 'equal' } : { kind: 'different', differences };
  }
}

function replaceIds(text: string, ids: ReadonlyMap<string, string>, encode: (id: string) => string): string {
  let result = text;
  for (const [from, to] of ids) if (from !== to) result = result.replaceAll(encode(from), encode(to));
  return result;
}

function parseSessionId({ body }: SideResponse): string | undefined {
  try {
    const { session_id } = JSON.parse(body) as { session_id?: unknown };
    return typeof session_id === 'string' ? session_id : undefined;
  } catch {
    return undefined;
  }
}

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
