import { isSafe, isSkipped, type RequestOrSkip } from './mirror-request.js';
import { routeOf, stripPrefix } from './target.js';

/** Which of the requests that were found are asked. */
export interface RequestSelection {
  /** Share of the requests that are asked, 0 to 1, by chance. */
  readonly sample: number;
  /** A path that all targets start with and that neither server knows; '' for none. */
  readonly prefix: string;
  /** Also requests that write. */
  readonly hasWrites: boolean;
}

/** The request as it is to be asked, or why it is not. */
export function selectRequest(found: RequestOrSkip, { sample, prefix, hasWrites }: RequestSelection): RequestOrSkip {
  if (isSkipped(found)) return found;
  const target = prefix === '' ? found.target : stripPrefix(found.target, prefix);
  if (target === undefined || routeOf(target) === undefined) return { skipped: 'not a path of this service' };
  if (!isSafe(found.method) && !hasWrites) return { skipped: 'neither GET nor HEAD' };
  if (found.isBodyUnknown === true && needsBody(found.method, target)) return { skipped: 'a write without its body' };
  if (sample < 1 && Math.random() >= sample) return { skipped: 'not sampled' };
  return { ...found, target };
}

/** Of the writes only the deletion of one session is whole without a body. */
function needsBody(method: string, target: string): boolean {
  return !isSafe(method) && !(method === 'DELETE' && routeOf(target) === '/sessions/{session_id}');
}
