import type { Difference } from '@session-service/comparison';
import type { ComparisonResult, Verdict } from '../compare-responses.js';
import { LIMITS } from '../mirror-limits.js';
import { type MirrorRequest, routeOf } from '../requests/mirror-request.js';

/** Describes why the responses to a request were not equal. Reports group findings by kind, route and place. */
export interface Finding {
  readonly kind: Exclude<Verdict['kind'], 'equal' | 'settled'>;
  /** Path of the first difference with `[*]` for array indexes, both statuses, or the reason of an error. */
  readonly place: string;
  readonly differences: readonly Difference[];
}

/** The finding of a comparison; undefined if the responses were equal. */
export function findingOf({ verdict }: ComparisonResult): Finding | undefined {
  if (verdict.kind === 'equal' || verdict.kind === 'settled') return undefined;
  if (verdict.kind === 'error') return { ...verdict, place: `${verdict.side}: ${verdict.reason}`, differences: [] };
  const [first] = verdict.differences;
  const path = first?.path.replace(/\[\d+\]/g, '[*]') ?? '';
  if (path !== 'status') return { ...verdict, place: path };
  const statuses = `${first?.expected} → ${first?.actual}`;
  return { ...verdict, place: verdict.kind === 'different' ? `status ${statuses}` : statuses };
}

/** A request with differing responses, shortened for a report. */
export interface Example {
  readonly method: string;
  readonly target: string;
  readonly differences: readonly Difference[];
  /** Number of further differences that the example does not contain. */
  readonly more: number;
}

/** Shortens a finding and hides its secrets. Without `hasValues`, replaces ids and values by routes and types. */
export function exampleOf(
  request: MirrorRequest,
  differences: readonly Difference[],
  hide: (text: string) => string,
  hasValues: boolean,
): Example {
  const show = (path: string, text: string) =>
    hasValues || path === 'status' ? truncate(hide(text), LIMITS.valueCharacters) : jsonKind(text);
  const shown = differences.slice(0, LIMITS.differencesPerExample).map(({ path, expected, actual }) => ({
    path: truncate(hide(path), LIMITS.valueCharacters),
    expected: show(path, expected),
    actual: show(path, actual),
  }));
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

/** Replaces the path by its route and removes the values of query parameters. */
function hideQueryValues(target: string): string {
  const [, query] = target.split('?', 2);
  const names = query === undefined ? '' : `?${query.replace(/=[^&]*/g, '=…')}`;
  return `${routeOf(target) ?? ''}${names}`;
}

/** The JSON type of a differing value. Placeholders for missing values are returned unchanged. */
function jsonKind(text: string): string {
  if (text === '(nothing)' || text === '(absent)' || text === 'null') return text;
  if (text.startsWith('{')) return 'object';
  if (text.startsWith('[')) return 'array';
  if (text === 'true' || text === 'false') return 'boolean';
  return /^-?\d/.test(text) ? 'number' : 'text';
}

const SECRET_NAMES = /auth|cookie|key|pass|secret|session_token|token/i;
/** Hiding secrets shorter than this would also hide ordinary text. */
const MIN_SECRET_LENGTH = 6;
const REDACTED = '«hidden»';

/** Hides tokens of requests, and query parameters whose names suggest secrets, in reports. */
export class SecretRedactor {
  /** @param common headers that the mirror sends with every request */
  constructor(private readonly common: Readonly<Record<string, string>>) {}

  /** Returns a function that hides the secrets in these headers and in the headers of every request. */
  redactorFor(headers: Readonly<Record<string, string>>): (text: string) => string {
    const secrets = [...secretsIn(this.common), ...secretsIn(headers)].sort((a, b) => b.length - a.length);
    return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, REDACTED), redactParameters(text));
  }
}

/** Values of secret headers and their parts: the token after `Bearer`, the values of cookies. */
function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (SECRET_NAMES.test(name) ? [value] : []));
  const parts = values.flatMap((value) => [value, ...value.split(/[\s;,]+/), ...value.split(/[\s;,]*[^\s;,=]*=/)]);
  return [...new Set(parts.map((part) => part.trim()))].filter((part) => part.length >= MIN_SECRET_LENGTH);
}

function redactParameters(text: string): string {
  return text.replace(/([?&;])([^=&;\s]+)=([^&;\s"]+)/g, (match, separator: string, name: string) =>
    SECRET_NAMES.test(name) ? `${separator}${name}=${REDACTED}` : match,
  );
}
