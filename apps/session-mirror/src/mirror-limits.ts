/** Limits of the mirror's memory and of its load on the servers. */
export const LIMITS = {
  /** Longer lines of a log are skipped. */
  maxLineCharacters: 1_048_576,
  /** A HAR file is read into memory as a whole. */
  maxHarBytes: 256 * 2 ** 20,
  /** Larger responses are not compared. */
  maxResponseBytes: 16 * 2 ** 20,
  /** A side that has not responded by then counts as an error. */
  responseTimeoutMs: 30_000,
  /** Total number of attempts for a request whose responses differ. */
  attempts: 3,
  /** Pause between attempts, so that concurrent writes can complete. */
  attemptPauseMs: 200,
  /** Maximum number of groups of similar findings in a report; further ones are only counted. */
  maxFindingGroups: 100,
  examplesPerGroup: 3,
  differencesPerExample: 10,
  valueCharacters: 300,
  targetCharacters: 300,
  /** Copies of the proxy that are compared concurrently. */
  concurrentComparisons: 4,
  /** Responses of the proxy that wait for comparison; further copies are dropped. */
  maxQueuedCopies: 256,
  maxQueuedBytes: 64 * 2 ** 20,
  /** Maximum time to complete pending work when the proxy is stopped. */
  shutdownTimeoutMs: 5_000,
  /** Interval in which the proxy updates its reports. */
  reportIntervalMs: 30_000,
} as const;
