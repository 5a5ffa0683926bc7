import type { RawJson } from '../json/raw-json.js';
import { readBody } from './body.js';
import { IssueLog } from './issues.js';
import { readMetadata } from './metadata.js';
import { readFields } from './model-body.js';
import { QueryReader } from './query-reader.js';
import { type Refusable, readSessionReference, type SessionReference } from './session-reference.js';
import { readSummary } from './summary.js';

/** `PATCH /sessions/{id}`. An undefined member is left alone; the others replace what is stored. All are cleaned. */
export interface UpdateSession extends SessionReference, Refusable {
  readonly sessionName: string | undefined;
  readonly sessionState: RawJson | undefined;
  /** An object, or JSON null when only reserved keys were given: stored metadata is then taken away. */
  readonly metadata: RawJson | undefined;
  /** In the form in which it is stored. */
  readonly summary: RawJson | undefined;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or 400 for an unreadable body
 */
export function parseUpdateSession(
  rawQuery: string,
  bytes: Uint8Array | undefined,
  contentType: string | undefined,
): UpdateSession {
  const body = readBody(bytes, contentType);
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));

  const fields = readFields(body, log, 'missing');
  const sessionName = fields.text('session_name');
  const sessionState = fields.json('session_state');
  const metadata = readMetadata(fields);
  const summary = readSummary(fields, log.reportOurs);
  return { refusal: log.settle(), ...reference, sessionName, sessionState, metadata, summary };
}
