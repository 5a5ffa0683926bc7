import type { RawJson, Steps } from '@agno/json';

/** The members of a stored run that responses look at. */
export type Run = ReadonlyMap<string, RawJson>;

/** The runs of a session in order, as JSON text. Those of a large session arrive while they are read. */
export interface RunSource {
  /** The next run, undefined behind the last. Waits where it has not arrived. */
  next(): Steps<RawJson | undefined>;
  /** Begins again at the first run, for the last time. Has to be called once where a session's detail is written. */
  rewind(): Steps<void>;
}
