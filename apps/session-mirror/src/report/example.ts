import type { Difference } from '@agno/comparison';
import { LIMITS } from '../limits.js';
import type { MirrorRequest } from '../requests/mirror-request.js';
import { routeOf } from '../requests/target.js';

/** One request that shows a finding, short enough for a report. */
export interface Example {
  readonly method: string;
  readonly target: string;
  readonly differences: readonly Difference[];
  /** Differences that are left out. */
  readonly more: number;
}

/** `hide` takes secrets out of a text. Without values an example shows routes, names, paths and kinds only. */
export function exampleOf(
  request: MirrorRequest,
  differences: readonly Difference[],
  hide: (text: string) => string,
  hasValues: boolean,
): Example {
  const show = (path: string, text: string) => {
    if (hasValues || path === 'status') return truncate(hide(text), LIMITS.valueCharacters);
    return jsonKind(text);
  };
  const shown = differences.slice(0, LIMITS.differencesPerExample).map(({ path, expected, actual }) => {
    return {
      path: truncate(hide(path), LIMITS.valueCharacters),
      expected: show(path, expected),
      actual: show(path, actual),
    };
  });
  const target = hasValues ? hide(request.target) : hideQueryValues(request.target);
  return {
    method: request.method,
    target: truncate(target, LIMITS.targetCharacters),
    differences: shown,
    more: differences.length - shown.length,
  };
}

function truncate(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

/** The route and the names of the parameters. */
function hideQueryValues(target: string): string {
  const [, query] = target.split('?', 2);
  const names = query === undefined ? '' : `?${query.replace(/=[^&]*/g, '=…')}`;
  return `${routeOf(target) ?? ''}${names}`;
}

/** The kind of a value of a difference, which is JSON text or says that there is none. */
function jsonKind(text: string): string {
  if (text === '(nothing)' || text === '(absent)' || text === 'null') return text;
  if (text.startsWith('{')) return 'object';
  if (text.startsWith('[')) return 'array';
  if (text === 'true' || text === 'false') return 'boolean';
  return /^-?\d/.test(text) ? 'number' : 'text';
}
