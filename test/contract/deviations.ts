import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Layout } from './harness/contract-case.js';

/** Why we answer otherwise than the oracle: each is a row of `docs/parity.md`. */
const REASONS = {
  'page-zero': 'pages are counted from 1: page=0 is refused instead of failing',
  'beyond-int64': 'a limit or page that PostgreSQL cannot count to is refused instead of failing',
  'long-name-filter': 'a filter by name beyond 256 characters is refused: comparing it cannot be interrupted',
  'sort-attribute': 'sort_by naming an attribute of a Python class is an unknown column like any other',
  'odd-field': 'a stored value that does not fit the schema is null; everything else is answered',
  'multi-part-name': 'a first message of several parts names the session by its texts',
  'odd-summary': 'of a stored summary the known keys are shown, and a date that is none as it is stored',
  'odd-type': 'a session of an unknown type is answered as an agent session, as rename and PATCH do',
  'nul-in-id': 'nothing can be stored under an id or value with NUL: it is not found, and there is nothing to delete',
  'bad-text': 'text or numbers that cannot be stored are refused, naming the place',
  'bad-summary': 'a summary that could not be read back is refused, and nothing is written',
  'bad-bytes': 'a body that is neither JSON nor text is refused like other text',
  'wrong-type': 'the stored type decides what PATCH writes and shows; no foreign columns, no lost summary',
  'workflow-summary': 'PATCH keeps the summary that a workflow session has in storage',
  'rename-null': 'a session without session_data is renamed',
  'stable-time': 'what is stored without a time has that of its run or session, on every read the same',
  'foreign-runs': 'a bulk delete for one user leaves the runs in sessions of others alone',
} as const;

/** One answer in which we differ from the oracle, on purpose. */
export interface Deviation {
  /** `route: name` of the case. */
  readonly case: string;
  readonly reason: keyof typeof REASONS;
  /** Only on these layouts; on all when absent. */
  readonly layouts?: readonly Layout[];
  /** Which of the case's requests, counted from 0; the last one when absent. A case may have one deviation for each. */
  readonly step?: number;
  readonly status: number;
  /** Our body: JSON text, in which masks may stand. */
  readonly body: string;
  /** What our database holds afterwards: by session the columns that matter as JSON text, or that it is gone. */
  readonly rows?: Readonly<Record<string, 'gone' | Readonly<Record<string, string>>>>;
  /** The runs that are left of the case's sessions, in the order of session and run. */
  readonly runIds?: readonly string[];
}

/** Every deviation, from `deviations.jsonl`: one a line, so that each is reviewed, and changes show, one by one. */
export const DEVIATIONS: readonly Deviation[] = readFileSync(resolve(import.meta.dirname, 'deviations.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Deviation);
