/** What issue-free performance means: ratios, since absolute figures are the machine's. */
export interface Target {
  readonly kind: string;
  /** Which data set it is measured on. */
  readonly on: 'small' | 'large' | 'large with indexes';
  /** At least so many times Python's requests per second. */
  readonly timesPython?: number;
  /** At most so many times the bare handler's CPU per request. */
  readonly timesBareCpu?: number;
}

export const TARGETS: readonly Target[] = [
  { kind: 'list', on: 'small', timesPython: 20, timesBareCpu: 1.35 },
  { kind: 'list by user', on: 'small', timesPython: 10 },
  { kind: 'list by name', on: 'small' },
  { kind: 'detail', on: 'small', timesPython: 14, timesBareCpu: 1.35 },
  { kind: 'runs', on: 'small', timesPython: 11, timesBareCpu: 1.35 },
  { kind: 'run previews', on: 'small', timesPython: 14 },
  { kind: 'single run', on: 'small' },
  { kind: 'create', on: 'small', timesPython: 15, timesBareCpu: 1.6 },
  { kind: 'rename', on: 'small', timesPython: 12 },
  { kind: 'patch', on: 'small', timesPython: 12 },
  { kind: 'delete', on: 'small' },
  { kind: 'list', on: 'large', timesPython: 10 },
  { kind: 'list by user', on: 'large' },
  { kind: 'list by user', on: 'large with indexes', timesPython: 20 },
];
