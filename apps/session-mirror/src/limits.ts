/** What keeps the mirror's memory, and its load on others, bounded. */
export const LIMITS = {
  /** Longer lines of a log are skipped. */
  lineCharacters: 1_048_576,
  /** A HAR file is read whole. */
  harBytes: 256 * 2 ** 20,
  /** Larger answers are not compared. */
  answerBytes: 16 * 2 ** 20,
  /** A side that has not answered by then is an error. */
  answerTimeoutMs: 30_000,
  /** A pair that differs is asked again, so many times in all, before the difference counts. */
  readings: 3,
  /** Between two readings, so that what is being written has been written. */
  readingPauseMs: 200,
  /** Kinds of findings that a report tells apart; the rest is only counted. */
  groups: 100,
  examplesPerGroup: 3,
  placesPerExample: 10,
  valueCharacters: 300,
  targetCharacters: 300,
  /** Copies of the proxy that are compared at once. */
  copiesAtOnce: 4,
  /** Answers of the proxy that wait to be compared, together; copies beyond are dropped. */
  waitingCopies: 256,
  waitingBytes: 64 * 2 ** 20,
  /** What the proxy still has in hand when it is stopped may take so long. */
  stopWithinMs: 5_000,
  /** The proxy renews its reports so often. */
  reportEveryMs: 30_000,
} as const;
