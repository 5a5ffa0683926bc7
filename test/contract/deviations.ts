import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Layout } from './harness/contract-case.js';

/** Reasons for responses that differ from the oracle's. Each is documented in a row of `docs/parity.md`. */
const REASONS = {
  'page-zero': 'pages are counted from 1: page=0 is rejected instead of failing',
  'beyond-int64': 'a limit or page beyond the range of bigint is rejected instead of failing',
  'long-name-filter':
    'a name filter of more than 256 characters is rejected, because its comparison cannot be interrupted',
  'json-sort': 'a json column is sorted as jsonb instead of failing',
  'sort-attribute': 'sort_by naming an attribute of a Python class is an unknown column like any other',
  'odd-field': 'a stored value that does not match the schema is null; all other fields are returned',
  'multi-part-name': 'a first message of several parts gives the session a title of its text parts',
  'odd-summary': 'a stored summary is returned with its known keys, and an invalid date unchanged',
  'odd-type': 'a session of an unknown type is returned as an agent session, as by rename and PATCH',
  'nul-in-id': 'an id or value with NUL cannot be stored: it is not found, and deleting it does nothing',
  'bad-text': 'text or numbers that cannot be stored are rejected with their location',
  'bad-summary': 'a summary that could not be read back is rejected, and nothing is written',
  'bad-bytes': 'a body that is neither JSON nor text is rejected like other text',
  'wrong-type': 'the stored type decides which columns PATCH writes and returns; no summary is lost',
  'workflow-summary': 'PATCH keeps the stored summary of a workflow session',
  'rename-null': 'a session without session_data is renamed',
  'stable-time': 'items stored without a time get the time of their run or session, the same on every read',
  'foreign-runs': 'a bulk delete for one user keeps the runs in sessions of other users',
} as const;

/** A response in which we intentionally differ from the oracle. */
export interface Deviation {
  /** Route and name of the case, as `route: name`. */
  readonly case: string;
  readonly reason: keyof typeof REASONS;
  /** The layouts to which the deviation applies; undefined: all. */
  readonly layouts?: readonly Layout[];
  /** Index of the request in the case; undefined: the last request. A case may have one deviation per request. */
  readonly step?: number;
  readonly status: number;
  /** Body of our response as JSON text, which may contain masks. */
  readonly body: string;
  /** Rows in our database after the case, by session id: the deviating columns as JSON text, or `gone`. */
  readonly rows?: Readonly<Record<string, 'gone' | Readonly<Record<string, string>>>>;
  /** Ids of the remaining runs of the case's sessions, ordered by session and run. */
  readonly runIds?: readonly string[];
}

/** All deviations in `deviations.jsonl`, which has one deviation per line, so that each can be reviewed separately. */
export const DEVIATIONS: readonly Deviation[] = readFileSync(resolve(import.meta.dirname, 'deviations.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Deviation);
