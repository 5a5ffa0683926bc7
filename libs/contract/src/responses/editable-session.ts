import type { JsonWriter } from '@session-service/json';
import { effectiveType, type StoredSession } from '../stored-session.js';
import { storedName } from './derived-title.js';
import { coerceField, type OnInvalidField } from './invalid-fields.js';
import { sessionSummary } from './session-detail.js';
import { sessionDataOf } from './session-list.js';

/** The columns of a session that decide what clients can change, and how it is shown. */
export type EditableSession = Pick<
  StoredSession,
  'session_id' | 'session_type' | 'agent_id' | 'team_id' | 'workflow_id' | 'session_data' | 'metadata' | 'summary'
>;

/**
 * Writes the values of a session that clients can change, as they are stored: no derived title and no SDK label, so that
 * runs do not change the body. Null: not stored, or not of the type of its field. PATCH ignores the summary of a workflow.
 */
export function writeEditableSession(writer: JsonWriter, session: EditableSession, onInvalid: OnInvalidField): void {
  const data = sessionDataOf(session.session_data);
  const type = effectiveType(session);
  writer
    .openObject()
    .field('session_name', coerceField('string', 'session_name', storedName(data), onInvalid), 'shown')
    .field('session_state', coerceField('dict', 'session_state', data.get('session_state'), onInvalid), 'shown')
    .field('metadata', coerceField('dict', 'metadata', session.metadata, onInvalid), 'shown')
    .field('session_summary', type === 'workflow' ? undefined : sessionSummary(type, session.summary), 'shown')
    .closeObject();
}
