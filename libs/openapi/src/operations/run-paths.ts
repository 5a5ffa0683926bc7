import { anyOf, arraySchema, schemaRef } from '../schema-kinds.js';
import { type Paths, response, sessionOperation } from './operation.js';
import {
  DB_ID,
  RUN_FILTERS,
  RUN_ID,
  SESSION_ID,
  SESSION_TYPE,
  TABLE,
  TARGET_PARAMETERS,
  USER_ID,
} from './parameters.js';

const RUN_OF_ANY_KIND = anyOf(schemaRef('RunSchema'), schemaRef('TeamRunSchema'), schemaRef('WorkflowRunSchema'));
const RUN_LIST_PARAMETERS = [SESSION_ID, SESSION_TYPE, USER_ID, ...RUN_FILTERS, DB_ID, TABLE];

export const RUN_PATHS: Paths = {
  '/sessions/{session_id}/runs': {
    get: sessionOperation({
      operationId: 'get_session_runs',
      summary: 'List the runs of a session',
      description: 'Every run in full, in the order in which they happened.',
      parameters: RUN_LIST_PARAMETERS,
      responses: { 200: response('The runs', arraySchema(RUN_OF_ANY_KIND)) },
    }),
  },
  '/sessions/{session_id}/run-previews': {
    get: sessionOperation({
      operationId: 'get_session_run_previews',
      summary: 'List the runs of a session in short',
      description: 'Ids, states and the first 280 characters of question and answer of every run.',
      parameters: RUN_LIST_PARAMETERS,
      responses: { 200: response('The previews', arraySchema(schemaRef('SessionRunPreviewSchema'))) },
    }),
  },
  '/sessions/{session_id}/runs/{run_id}': {
    get: sessionOperation({
      operationId: 'get_session_run',
      summary: 'Read a run',
      description: 'One run in full, in the shape of what ran: an agent, a team or a workflow.',
      parameters: [SESSION_ID, RUN_ID, SESSION_TYPE, ...TARGET_PARAMETERS],
      responses: { 200: response('The run', RUN_OF_ANY_KIND) },
    }),
  },
};
