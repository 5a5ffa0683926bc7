/** Limits of the mirror's memory and of its load on the servers. */
export const LIMITS = {
  /** Longer log lines are skipped, because a line is held in memory. */
  maxLineCharacters: 1_048_576,
  /** Larger HAR files are rejected, because a HAR file is read into memory as a whole. */
  maxHarBytes: 256 * 2 ** 20,
  /** Larger responses are not compared: an error in replay, a dropped copy in the proxy. */
  maxResponseBytes: 16 * 2 ** 20,
  /** Time limit for a complete response in milliseconds; a request that exceeds it counts as an error. */
  responseTimeoutMs: 30_000,
  /** Maximum number of attempts for a request whose responses differ, including the first. */
  attempts: 3,
  /** Pause between attempts in milliseconds, so that concurrent writes can complete. */
  attemptPauseMs: 200,
  /** Maximum number of groups of similar findings in a report. Findings that fit no group are only counted. */
  maxFindingGroups: 100,
  examplesPerGroup: 3,
  differencesPerExample: 10,
  valueCharacters: 300,
  targetCharacters: 300,
  /** Number of copied requests that the proxy compares concurrently. */
  concurrentComparisons: 4,
  /** Maximum number and bytes of copied responses that wait for comparison; further copies are dropped. */
  maxQueuedCopies: 256,
  maxQueuedBytes: 64 * 2 ** 20,
  /** Maximum time to complete responses, and then comparisons, when the proxy is stopped. */
  shutdownTimeoutMs: 5_000,
  /** Interval at which changed reports are written, in milliseconds. */
  reportIntervalMs: 5_000,
} as const;
