import type { RawResponse } from '../../support/raw-http.js';
import type { HostileRequest } from './odd-request.js';

const NO_MEDIA = '{"detail":"Media storage is not configured on AgentOS"}';
const OF_THE_INSIDE = /node_modules|\.[jt]s:\d+|\bat \w+ \(|postgres(ql)?:\/\//;

/** What is wrong with an answer, in a few words; undefined when nothing is. */
export function violationOf(request: HostileRequest, answer: RawResponse | undefined): string | undefined {
  if (answer === undefined) return request.isMalformed ? undefined : 'the connection ended without an answer';
  const { status, body, headers } = answer;
  if (Number.isNaN(status)) return 'an answer that is not HTTP';
  if (OF_THE_INSIDE.test(body)) return `${status} tells of the inside`;
  if (status >= 500) return request.wantsMedia && status === 503 && body === NO_MEDIA ? undefined : `${status}`;
  if (status < 400 || !request.hasBody || body.startsWith('Disallowed CORS')) return undefined;
  if (headers.get('content-type') !== 'application/json') return `${status} of type ${headers.get('content-type')}`;
  return hasDetail(body) ? undefined : `${status} without a detail`;
}

function hasDetail(body: string): boolean {
  try {
    return 'detail' in (JSON.parse(body) as object);
  } catch {
    return false;
  }
}
