import { listOf, named, optional, type Schema, TEXT, WHOLE } from '../schema-kinds.js';
import type { Parameter } from './operation.js';

export const SESSION_ID = path('session_id', 'Id of the session');
export const RUN_ID = path('run_id', 'Id of the run');

export const DB_ID = query('db_id', optional(TEXT), 'Id of the database; without it, the default one');
export const TABLE = query('table', optional(TEXT), 'Name of the session table; needs db_id');
export const USER_ID = query('user_id', optional(TEXT), 'Only sessions of this user');
export const TYPE = query(
  'type',
  optional(named('SessionType')),
  "Type to read the session as; without it, the session's own",
);
export const DELETE_MEDIA = query(
  'delete_media',
  { type: 'boolean', default: false },
  'Also delete media kept outside the database; refused with 503, because this service has no media storage',
);

/** Where and whose: the parameters that nearly every route ends with. */
export const SCOPE = [USER_ID, DB_ID, TABLE];

export const LIST_FILTERS = [
  query('type', optional(named('SessionType')), 'Only sessions of this type'),
  query('component_id', optional(TEXT), 'Only sessions of the agent, team or workflow with this id'),
  USER_ID,
  query(
    'session_name',
    optional({ ...TEXT, maxLength: 256 }),
    'Only sessions whose stored name contains this text, in any case; % and _ are wildcards',
  ),
];

export const LIST_ORDER = [
  query('limit', { ...optional({ type: 'integer', minimum: 1 }), default: 20 }, 'Sessions per page'),
  query('page', { ...optional({ type: 'integer', minimum: 1 }), default: 1 }, 'Number of the page, from 1'),
  query(
    'sort_by',
    { ...optional(TEXT), default: 'created_at' },
    'Column to sort by; an unknown one leaves the order open',
  ),
  query('sort_order', { ...optional(named('SortOrder')), default: 'desc' }, 'Direction of the order'),
];

export const RUN_FILTERS = [
  query('created_after', optional(WHOLE), 'Only runs created at this Unix second or later'),
  query('created_before', optional(WHOLE), 'Only runs created at this Unix second or earlier'),
  query('status', optional(listOf(TEXT)), 'Only runs with this status, in any case; may be repeated'),
];

export const NEW_TYPE = query('type', { ...named('SessionType'), default: 'agent' }, 'Type of the new session');

function path(name: string, description: string): Parameter {
  return { name, in: 'path', required: true, schema: TEXT, description };
}

function query(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'query', required: false, schema, description };
}
