import type { RawJson } from '@agno/json';

/** The members of one stored run that any response shows or depends on. */
export type Run = ReadonlyMap<string, RawJson>;
