import { type ListedSession, listedType, type TitleSource } from '@agno/contract';
import { BoundedMap } from './bounded-map.js';
import type { TitleRow } from './statements/first-titles.js';

/** How many titles are remembered, and how long they may be; longer ones are read each time. */
const REMEMBERED = 20_000;
const LONGEST = 2_000;

interface KnownTitle {
  /** Undefined: the session has nothing that names it. */
  readonly source: TitleSource | undefined;
  /** The snapshot in which it was last found true. */
  snapshot: string | null;
  /** Version of the row that gave the title; null where no single row does. */
  readonly version: string | null;
}

/**
 * Titles of unnamed sessions that were read before. A title is still true while lists are read in the same snapshot, or,
 * when something was committed since, while the version of the row that gave it is the same.
 */
export class KnownTitles {
  private readonly titles = new BoundedMap<KnownTitle>(REMEMBERED);

  /** The title of each session that is known to be true in `snapshot`; the others have to be asked for. */
  split(sessions: readonly ListedSession[], snapshot: string | null) {
    const sources = new Map<string, TitleSource | undefined>();
    const unknown: { id: string; type: string; version: string | null }[] = [];
    for (const session of sessions) {
      const id = session.session_id;
      const type = listedType(session);
      const known = this.titles.get(`${type} ${id}`);
      if (known !== undefined && snapshot !== null && known.snapshot === snapshot) sources.set(id, known.source);
      else unknown.push({ id, type, version: known?.version ?? null });
    }
    return { sources, unknown };
  }

  /** Takes in what the database says of a session that was asked for, and returns its title. */
  learn(type: string, row: TitleRow, snapshot: string | null): TitleSource | undefined {
    const key = `${type} ${row.session_id}`;
    const known = this.titles.get(key);
    if (row.unchanged === 't' && known !== undefined) {
      known.snapshot = snapshot;
      return known.source;
    }
    const source = row.found === 't' ? { message: row.message ?? undefined, input: row.input ?? undefined } : undefined;
    const length = (row.message?.length ?? 0) + (row.input?.length ?? 0);
    if (length <= LONGEST) this.titles.set(key, { source, snapshot, version: row.version });
    return source;
  }
}
