import {
  areGeneratedIds,
  areGeneratedTimes,
  isDerivedMessageTime,
  type TimedResponse,
} from '@session-service/comparison';
import { OptionsError } from '../command-line.js';
import {
  type ComparisonResult,
  type ResponsePair,
  responsePairDifferences,
  type Sides,
  toComparisonResult,
  type Verdict,
} from '../compare-responses.js';
import { parseIfJson, stringAt } from '../requests/json-member.js';
import { type MirrorRequest, parseSessionId } from '../requests/mirror-request.js';
import type { SideName } from '../side.js';

/**
 * Replays writes in order. Each side has its own database and generates its own ids and times, so the recorded id of a
 * created session is replaced in later requests by the id that the side has generated.
 */
export class WriteReplayer {
  /** For each side, maps the recorded id of a created session to the id that the side has generated. */
  private readonly createdIds: Readonly<Record<SideName, Map<string, string>>> = { python: new Map(), ours: new Map() };
  private readonly since = Math.floor(Date.now() / 1000);

  constructor(private readonly sides: Sides) {}

  /** Sends a request to both sides exactly once, because a repeated write would change the data again. */
  replay(request: MirrorRequest): Promise<ComparisonResult> {
    return toComparisonResult(
      request,
      (side) => this.send(side, request),
      (pair) => this.verdictOf(pair, request),
    );
  }

  private async send(side: SideName, request: MirrorRequest): Promise<TimedResponse> {
    const ids = this.createdIds[side];
    const { target, body, createdSession } = request;
    const response = await this.sides[side].send({
      ...request,
      target: replaceIds(target, ids, encodeURIComponent),
      ...(body === undefined ? {} : { body: replaceIds(body, ids) }),
    });
    const generated = createdSession === undefined ? undefined : parseSessionId(response.body);
    if (createdSession !== undefined && generated !== undefined) ids.set(createdSession, generated);
    const recorded = new Map([...ids].map(([from, to]) => [to, from]));
    return { ...response, body: replaceIds(response.body, recorded) };
  }

  private verdictOf(pair: ResponsePair, request: MirrorRequest): Verdict {
    const differences = responsePairDifferences(pair, request).filter(
      (difference) =>
        !areGeneratedIds(difference) &&
        !areGeneratedTimes(difference, this.since) &&
        !isDerivedMessageTime(difference, this.since),
    );
    return differences.length === 0 ? { kind: 'equal' } : { kind: 'different', differences };
  }
}

function replaceIds(source: string, ids: ReadonlyMap<string, string>, encode = (id: string) => id): string {
  let result = source;
  for (const [from, to] of ids) if (from !== to) result = result.replaceAll(encode(from), encode(to));
  return result;
}

/** Id of the session that marks a server with disposable data. An operator must create it. */
const MARKER_SESSION = 'mirror-throw-away';

/**
 * Checks that both sides hold disposable data in different databases: each must have the marker session, whose name is
 * `python` or `ours`.
 *
 * @throws OptionsError when a side is not marked
 * @throws NoResponse when a side does not respond
 */
export async function assertDisposable(sides: Sides): Promise<void> {
  const errors: string[] = [];
  for (const name of ['python', 'ours'] as const) {
    const response = await sides[name].send({ method: 'GET', target: `/sessions/${MARKER_SESSION}`, headers: {} });
    if (response.status === 200 && stringAt(parseIfJson(response.body), 'session_name') === name) continue;
    const missing = `its database has no session '${MARKER_SESSION}' with the name '${name}' (docs/mirror.md)`;
    errors.push(`--unsafe: ${name} is not marked as disposable: ${missing}`);
  }
  if (errors.length > 0) throw new OptionsError(errors);
}
