import type { Dataset } from './fill-dataset.js';

/** The data sets by name: sessions in numbers as a product has them, many small ones, and few large ones. */
export const DATASETS = {
  usual: { sessions: 10_000, runs: 5, runBytes: 4_000 },
  many: { sessions: 200_000, runs: 1, runBytes: 1_000 },
  heavy: { sessions: 100, runs: 20, runBytes: 100_000 },
} satisfies Record<string, Dataset>;

export type DatasetName = keyof typeof DATASETS;

/** One kind of load on one data set, and what is wanted of it: ratios, since absolute figures are the machine's. */
export interface Target {
  readonly kind: string;
  readonly on: DatasetName;
  /** Measured with the indexes of `npm run indexes` in our copy. */
  readonly withIndexes?: boolean;
  /** At least so many times Python's requests per second. */
  readonly timesPython?: number;
  /** At most so many times the bare handler's CPU per request. */
  readonly timesBareCpu?: number;
}

export const TARGETS: readonly Target[] = [
  { kind: 'list', on: 'usual', timesPython: 20, timesBareCpu: 1.35 },
  { kind: 'list by user', on: 'usual', timesPython: 10 },
  { kind: 'list by name', on: 'usual' },
  { kind: 'detail', on: 'usual', timesPython: 14, timesBareCpu: 1.35 },
  { kind: 'runs', on: 'usual', timesPython: 11, timesBareCpu: 1.35 },
  { kind: 'run previews', on: 'usual', timesPython: 14 },
  { kind: 'single run', on: 'usual' },
  { kind: 'create', on: 'usual', timesPython: 15, timesBareCpu: 1.6 },
  { kind: 'rename', on: 'usual', timesPython: 12 },
  { kind: 'patch', on: 'usual', timesPython: 12 },
  { kind: 'delete', on: 'usual' },
  { kind: 'bulk delete', on: 'usual' },
  { kind: 'list', on: 'many', timesPython: 10 },
  { kind: 'list by user', on: 'many' },
  { kind: 'list by user', on: 'many', withIndexes: true, timesPython: 20 },
  { kind: 'list', on: 'heavy' },
  { kind: 'detail', on: 'heavy' },
  { kind: 'runs', on: 'heavy' },
  { kind: 'run previews', on: 'heavy' },
];

/** How much dearer a list may become from 10,000 to 200,000 sessions, in CPU of service and PostgreSQL together. */
export const MAX_LIST_GROWTH = 2;
/** Peak memory over four lists of 100 sessions of 2 MB at once, in MB. */
export const MAX_LISTS_PEAK_MB = 160;
/** Limits of the peak RSS above that of the warm idle process, in MB unless the name differs, and of the delay of other requests. */
export const MEMORY_LIMITS = {
  /** 16 details of 2 MB at once. */
  detailsMb: 120,
  /** Three listings at once of 160 MB of pictures, a row each. */
  picturesMb: 200,
  /** One session of 50 MB in rows of 1 MB. */
  largeSessionMb: 30,
  /** The same in one column, in times its bytes: ASCII takes a byte per character in memory, any other text two. */
  columnTimesAscii: 3,
  columnTimesOther: 5,
  /** The longest that any of these may keep a small request waiting, in milliseconds. */
  waitMs: 250,
  /** p99 of small requests while 100 readers have stopped reading, in times that before. */
  stoppedTimesP99: 2,
  /** CPU per byte of a large response, in times that of sending the same bytes from memory. */
  timesSendCpu: 1.2,
};
/** Details per second with tokens, scopes and isolation, in times those of the open service. */
export const MIN_SECURED_RATIO = 0.85;
/** CPU from the start of the process to the first response, in times the bare handler's. */
export const MAX_START_RATIO = 5;
/** From the start of the process to the first list, in milliseconds. An absolute limit, with room for slow machines. */
export const MAX_READY_MS = 1_500;
