import {
  EMPTY_OBJECT,
  MemberNames,
  membersOf,
  mergePatch,
  NULL,
  objectOf,
  type RawJson,
  type Steps,
  withoutMembers,
} from '@session-service/json';
import { RESERVED_METADATA_KEYS } from './requests/session-members.js';
import type { UpdateSession } from './requests/update-session.request.js';
import type { EditableSession } from './responses/editable-session.js';
import { agentDataSdkLabel } from './responses/sdk-label.js';
import { sessionDataOf } from './responses/session-list.js';
import { effectiveType, type StoredSession } from './stored-session.js';

/** The stored values on which a merge depends, as text of PostgreSQL. */
export interface MergeableSession extends EditableSession, Pick<StoredSession, 'agent_data'> {}

type MergedMembers = Pick<UpdateSession, 'sessionState' | 'metadata'>;

/** The new values of the objects that a merge patch changes. JSON null empties an object, undefined keeps it. */
export function* mergedSession(stored: MergeableSession, patch: MergedMembers): Steps<MergedMembers> {
  const { sessionState, metadata } = patch;
  return {
    sessionState: sessionState && (yield* mergedState(stored, sessionState)),
    metadata: metadata && (yield* mergedMetadata(stored, metadata)),
  };
}

function* mergedState({ session_data }: MergeableSession, patch: RawJson): Steps<RawJson> {
  if (patch === NULL) return EMPTY_OBJECT;
  const state = sessionDataOf(trimmed(session_data)).get('session_state');
  yield;
  return yield* mergePatch(state ?? NULL, patch);
}

const LABEL_KEY = new MemberNames(['sdk']);
const LABELLED_KEYS = new MemberNames([...RESERVED_METADATA_KEYS, ...LABEL_KEY]);

/**
 * A patch neither sets nor removes the keys of AgentOS's runtime, nor the label `sdk` that responses derive for a session of
 * an external agent, and that a client may have read there.
 */
function* mergedMetadata(stored: MergeableSession, patch: RawJson): Steps<RawJson> {
  const metadata = trimmed(stored.metadata) ?? NULL;
  const isLabelled = effectiveType(stored) === 'agent' && agentDataSdkLabel(trimmed(stored.agent_data)) !== undefined;
  if (patch === NULL) {
    const protectedKeys = isLabelled ? LABELLED_KEYS : RESERVED_METADATA_KEYS;
    return objectOf([...membersOf(metadata, protectedKeys)].filter(([key]) => protectedKeys.has(key)));
  }
  return yield* mergePatch(
    metadata,
    isLabelled && membersOf(patch, LABEL_KEY).has('sdk') ? withoutMembers(patch, LABEL_KEY) : patch,
  );
}

/** The text of a json column may begin with blanks. */
function trimmed(raw: RawJson | null): RawJson | null {
  return raw && (raw.trim() as RawJson);
}
