import type { SentRequest } from './traffic-client.js';

/** How often each status was answered, as `200: 12, 503: 3`; `none` where there was no answer. */
export function countStatuses(sent: readonly Pick<SentRequest, 'status'>[]): string {
  const counts = new Map<number, number>();
  for (const { status } of sent) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'none'}: ${count}`)
    .join(', ');
}

/** Requests that got no answer or one of the server's failing. */
export function failuresOf(sent: readonly SentRequest[]): SentRequest[] {
  return sent.filter(({ status }) => status === 0 || status >= 500);
}

/** Answers other than results and those that are `allowed`. 404 is the result about a session that was deleted. */
export function unexpectedStatuses(sent: readonly SentRequest[], ...allowed: number[]): string {
  return countStatuses(sent.filter(({ status }) => ![200, 201, 204, 404, ...allowed].includes(status)));
}

export function violationsOf(sent: readonly SentRequest[]): string[] {
  return sent.flatMap(({ kind, fault }) => (fault === undefined ? [] : [`${kind}: ${fault}`]));
}

export function slowestOf(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return Math.max(0, ...sent.map(({ milliseconds }) => milliseconds));
}

/** The duration that all but one in a hundred stay below, in milliseconds. */
export function p99Of(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return quantileOf(sent, 0.99);
}

export function medianOf(sent: readonly Pick<SentRequest, 'milliseconds'>[]): number {
  return quantileOf(sent, 0.5);
}

function quantileOf(sent: readonly Pick<SentRequest, 'milliseconds'>[], share: number): number {
  const sorted = sent.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
