import type { SentRequest } from './traffic-client.js';

/** Number of responses by status, as `200: 12, 503: 3`; `none` counts requests without a response. */
export function countStatuses(sent: readonly Pick<SentRequest, 'status'>[]): string {
  const counts = new Map<number, number>();
  for (const { status } of sent) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'none'}: ${count}`)
    .join(', ');
}

/** Requests that got no response or a 5xx. */
export function failuresOf(sent: readonly SentRequest[]): SentRequest[] {
  return sent.filter(({ status }) => status === 0 || status >= 500);
}

/** Responses by status, except 200, 201, 204, 404 and `allowed`. 404 is expected, because clients delete sessions. */
export function unexpectedStatuses(sent: readonly SentRequest[], ...allowed: number[]): string {
  return countStatuses(sent.filter(({ status }) => ![200, 201, 204, 404, ...allowed].includes(status)));
}

export function violationsOf(sent: readonly SentRequest[]): string[] {
  return sent.flatMap(({ kind, violation }) => (violation === undefined ? [] : [`${kind}: ${violation}`]));
}

export function slowestOf(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return Math.max(0, ...sent.map(({ milliseconds }) => milliseconds));
}

/** 99th percentile of the response times, in milliseconds. */
export function p99Of(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return quantileOf(sent, 0.99);
}

export function medianOf(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return quantileOf(sent, 0.5);
}

function quantileOf(sent: readonly Pick<SentRequest, 'milliseconds'>[], quantile: number): number {
  const sorted = sent.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * quantile)] ?? 0;
}
