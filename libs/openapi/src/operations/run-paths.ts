import { anyOf, listOf, named } from '../schema-kinds.js';
import { answer, type Paths, sessionOperation } from './operation.js';
import { DB_ID, RUN_FILTERS, RUN_ID, SCOPE, SESSION_ID, TABLE, TYPE, USER_ID } from './parameters.js';

const RUN = anyOf(named('RunSchema'), named('TeamRunSchema'), named('WorkflowRunSchema'));
const LISTING = [SESSION_ID, TYPE, USER_ID, ...RUN_FILTERS, DB_ID, TABLE];

export const RUN_PATHS: Paths = {
  '/sessions/{session_id}/runs': {
    get: sessionOperation({
      operationId: 'get_session_runs',
      summary: 'List the runs of a session',
      description: 'Every run in full, in the order in which they happened.',
      parameters: LISTING,
      responses: { 200: answer('The runs', listOf(RUN)) },
    }),
  },
  '/sessions/{session_id}/run-previews': {
    get: sessionOperation({
      operationId: 'get_session_run_previews',
      summary: 'List the runs of a session in short',
      description: 'Ids, states and the first 280 characters of question and answer of every run.',
      parameters: LISTING,
      responses: { 200: answer('The previews', listOf(named('SessionRunPreviewSchema'))) },
    }),
  },
  '/sessions/{session_id}/runs/{run_id}': {
    get: sessionOperation({
      operationId: 'get_session_run',
      summary: 'Read a run',
      description: 'One run in full, in the shape of what ran: an agent, a team or a workflow.',
      parameters: [SESSION_ID, RUN_ID, TYPE, ...SCOPE],
      responses: { 200: answer('The run', RUN) },
    }),
  },
};
