import { anyOf, named } from '../schema-kinds.js';
import { answer, json, type Paths, sessionOperation } from './operation.js';
import {
  DB_ID,
  DELETE_MEDIA,
  LIST_FILTERS,
  LIST_ORDER,
  NEW_TYPE,
  SCOPE,
  SESSION_ID,
  TABLE,
  TYPE,
} from './parameters.js';

const SESSION = anyOf(
  named('AgentSessionDetailSchema'),
  named('TeamSessionDetailSchema'),
  named('WorkflowSessionDetailSchema'),
);

export const SESSION_PATHS: Paths = {
  '/sessions': {
    get: sessionOperation({
      operationId: 'get_sessions',
      summary: 'List sessions',
      description: 'One page of sessions, newest first unless asked otherwise, with the number of all that match.',
      parameters: [...LIST_FILTERS, ...LIST_ORDER, DB_ID, TABLE],
      responses: { 200: answer('The page', named('PaginatedResponse_SessionSchema_')) },
    }),
    post: sessionOperation({
      operationId: 'create_session',
      summary: 'Create a session',
      description:
        'Stores a new session. Every member of the body is optional. With `runs` and `summary`, which AgentOS does not ' +
        'take, a conversation from elsewhere is stored with its history, all of it or nothing.',
      parameters: [NEW_TYPE, DB_ID],
      body: { content: json({ ...named('CreateSessionRequest'), default: {} }) },
      responses: { 201: answer('The new session', SESSION), 409: { description: 'The session_id is taken' } },
    }),
    delete: sessionOperation({
      operationId: 'delete_sessions',
      summary: 'Delete several sessions',
      description: 'Deletes the sessions and their runs for good. Ids that do not exist are no error.',
      parameters: [...SCOPE, DELETE_MEDIA],
      body: { required: true, content: json(named('DeleteSessionRequest')) },
      responses: { 204: { description: 'Deleted' } },
    }),
  },
  '/sessions/{session_id}': {
    get: sessionOperation({
      operationId: 'get_session_by_id',
      summary: 'Read a session',
      description: 'The session with its chat history, in the shape of its type.',
      parameters: [SESSION_ID, TYPE, ...SCOPE],
      responses: { 200: answer('The session', SESSION) },
    }),
    delete: sessionOperation({
      operationId: 'delete_session',
      summary: 'Delete a session',
      description: 'Deletes the session and its runs for good. An id that does not exist is no error.',
      parameters: [SESSION_ID, ...SCOPE, DELETE_MEDIA],
      responses: { 204: { description: 'Deleted' } },
    }),
    patch: sessionOperation({
      operationId: 'update_session',
      summary: 'Change a session',
      description: 'Replaces what the body names; null and absent members are left alone.',
      parameters: [SESSION_ID, TYPE, ...SCOPE],
      body: { required: true, content: json(named('UpdateSessionRequest')) },
      responses: { 200: answer('The changed session', SESSION) },
    }),
  },
  '/sessions/{session_id}/rename': {
    post: sessionOperation({
      operationId: 'rename_session',
      summary: 'Rename a session',
      description: 'Sets the name of the session. Its time of change stays.',
      parameters: [SESSION_ID, TYPE, ...SCOPE],
      body: { required: true, content: json(named('Body_rename_session')) },
      responses: { 200: answer('The renamed session', SESSION) },
    }),
  },
};
