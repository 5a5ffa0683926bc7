/** What keeps the mirror's memory, and its load on others, bounded. */
export const LIMITS = {
  /** Longer lines of a log are skipped. */
  maxLineCharacters: 1_048_576,
  /** A HAR file is read whole. */
  maxHarBytes: 256 * 2 ** 20,
  /** Larger answers are not compared. */
  maxResponseBytes: 16 * 2 ** 20,
  /** A side that has not answered by then is an error. */
  responseTimeoutMs: 30_000,
  /** A pair that differs is asked again, so many times in all, before the difference counts. */
  attempts: 3,
  /** Between two readings, so that what is being written has been written. */
  attemptPauseMs: 200,
  /** Kinds of findings that a report tells apart; the rest is only counted. */
  maxFindingGroups: 100,
  examplesPerGroup: 3,
  differencesPerExample: 10,
  valueCharacters: 300,
  targetCharacters: 300,
  /** Copies of the proxy that are compared at once. */
  concurrentComparisons: 4,
  /** Answers of the proxy that wait to be compared, together; copies beyond are dropped. */
  maxQueuedCopies: 256,
  maxQueuedBytes: 64 * 2 ** 20,
  /** What the proxy still has in hand when it is stopped may take so long. */
  shutdownTimeoutMs: 5_000,
  /** The proxy renews its reports so often. */
  reportIntervalMs: 30_000,
} as const;
