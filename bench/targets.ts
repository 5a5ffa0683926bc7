import type { Dataset } from './fill-dataset.js';

/** Data sets: typical sizes of a product, many small sessions, and few large sessions. */
export const DATASETS = {
  usual: { sessions: 10_000, runs: 5, runBytes: 4_000 },
  many: { sessions: 200_000, runs: 1, runBytes: 1_000 },
  heavy: { sessions: 100, runs: 20, runBytes: 100_000 },
} satisfies Record<string, Dataset>;

export type DatasetName = keyof typeof DATASETS;

/** One kind of load on one data set with its limits. Limits are ratios, because absolute values depend on the machine. */
export interface Target {
  readonly kind: string;
  readonly on: DatasetName;
  /** True to create the indexes of `npm run indexes` in our copy of the data first. */
  readonly withIndexes?: boolean;
  /** Minimum requests per second relative to Python. */
  readonly timesPython?: number;
  /** Maximum CPU per request relative to the bare server. */
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

/** Maximum CPU per list request (service and PostgreSQL) with 200,000 sessions, relative to 10,000 sessions. */
export const MAX_LIST_GROWTH = 2;
/** Maximum peak memory during four concurrent lists of 100 sessions of 2 MB, in MB. */
export const MAX_LISTS_PEAK_MB = 160;
/** Limits during large responses. Members in `Mb` limit the peak RSS minus the RSS of the warm idle process. */
export const MEMORY_LIMITS = {
  /** Limit for 16 concurrent `GET /sessions/{id}` of 2 MB each. */
  detailsMb: 120,
  /** Limit for three concurrent `GET …/runs` of 160 MB each; every run holds one picture. */
  picturesMb: 200,
  /** Limit for one session of 50 MB in rows of 1 MB. */
  largeSessionMb: 30,
  /**
   * Limit for the same session in one column: RSS rise per byte of response. V8 stores ASCII in 1 byte, other text in
   * 2.
   */
  columnTimesAscii: 3,
  columnTimesOther: 5,
  /** Maximum response time of small requests during any of these responses, in milliseconds. */
  waitMs: 250,
  /** Maximum p99 of small requests after 100 clients have stopped reading, relative to the p99 before. */
  stoppedTimesP99: 2,
  /** Maximum CPU per byte of a large response, relative to sending the same bytes from memory. */
  timesSendCpu: 1.2,
};
/** Minimum throughput of `GET /sessions/{id}` with tokens, scopes and isolation, relative to no authentication. */
export const MIN_SECURED_RATIO = 0.85;
/** Limits of lists with cursors and of filters by metadata on 1,000,000 sessions with the indexes of `npm run indexes`. */
export const CURSOR_LIMITS = {
  /** Maximum time of the last page, relative to the first. */
  timesFirstPage: 1.2,
  /** Minimum pages per second of a walk under writes, relative to no writes. */
  rateUnderWrites: 0.8,
  /** Maximum p99 of a metadata filter that 100 sessions match, with the exact count, in milliseconds. */
  metadataP99Ms: 15,
};
/** Limits of usage by day over 90 days with 1,000,000 sessions, with the indexes of `npm run indexes`. */
export const USAGE_LIMITS = {
  /** Maximum time of one request alone, in milliseconds. */
  dayMs: 1_000,
  /** Maximum p99 of other requests beside it, relative to none. */
  timesP99: 1.2,
};
/** Limits of pages at the end of a session of 5,000 runs, and of revalidated details. */
export const CONVERSATION_LIMITS = {
  /** Maximum CPU and p99 of the last runs and messages, relative to a session of 20 runs. */
  timesRuns: 1.2,
  timesMessages: 1.5,
  /** Maximum peak RSS above that with a session of 20 runs, in MB. */
  riseMb: 10,
  /** Maximum CPU of a 304, PostgreSQL included, relative to the 200 of a detail with 5 runs, and with 5,000. */
  timesDetail: 0.4,
  timesLongDetail: 0.02,
};
/** Limits of the explorer in a browser, on loopback. */
export const EXPLORER_LIMITS = {
  /** Maximum size of the compressed JavaScript of the first load, in KB. */
  scriptsKb: 220,
  /** Maximum time from the navigation until the first of 1,000,000 sessions are listed, in milliseconds. */
  listMs: 1_000,
  /** Maximum time from the click until the last messages of 5,000 runs are shown. */
  conversationMs: 500,
  /** Maximum duration of a task of the page while older messages are loaded. */
  taskMs: 100,
};
/** Maximum CPU of the service per request through nginx, relative to direct kept connections. */
export const MAX_GATEWAY_RATIO = 1.05;
/** Maximum CPU from process start to the first response, relative to the bare server. */
export const MAX_START_RATIO = 5;
/** Maximum time from process start to the first list, in milliseconds; generous enough for slow machines. */
export const MAX_READY_MS = 1_500;
