import { DB_ID, type Paths, queryParameter, response, sessionOperation, TABLE, USER_ID } from './api-operations.js';
import {
  anyOf,
  arraySchema,
  BOOLEAN,
  INTEGER,
  objectSchema,
  optional,
  propertiesOf,
  type Schema,
  type Schemas,
  STRING,
  schemaRef,
} from './schema-builders.js';

const DATE: Schema = { type: 'string', format: 'date' };

export const USAGE_PATHS: Paths = {
  '/usage/sessions': {
    get: sessionOperation({
      operationId: 'get_session_usage',
      summary: 'Count sessions, runs and tokens',
      description:
        'How many sessions and runs were created in a period, how many runs failed, and how many tokens the sessions have used, ' +
        'by day, component or user. Numbers that the tables cannot tell are null, and `meta.missing` says why. The requests of a ' +
        'database run one after the other. AgentOS does not have this operation.',
      parameters: [
        queryParameter(
          'group_by',
          { type: 'string', enum: ['day', 'component', 'user'], default: 'day' },
          'Groups to count',
        ),
        queryParameter('from', DATE, 'First day; by default 29 days before the last. A period has at most 90 days'),
        queryParameter('to', DATE, 'Last day; by default today'),
        queryParameter(
          'time_zone',
          { ...STRING, default: 'UTC' },
          'Name of the time zone of the days, from the IANA database',
        ),
        queryParameter('type', optional(schemaRef('SessionType')), 'Only sessions of this type'),
        queryParameter('component_id', optional(STRING), 'Only sessions of the agent, team or workflow with this id'),
        USER_ID,
        DB_ID,
        TABLE,
      ],
      responses: { 200: response('The numbers of each group', schemaRef('SessionUsage')) },
    }),
  },
};

const COUNTS: Schemas = {
  sessions: INTEGER,
  ...propertiesOf('runs failed_runs cancelled_runs total_tokens', optional(INTEGER)),
};

/** The numbers of a group, with the members that name it. */
function usageOf(key: Schemas): Schema {
  const properties = { ...key, ...COUNTS };
  return objectSchema(properties, Object.keys(properties));
}

export const USAGE_SCHEMAS: Schemas = {
  SessionUsage: objectSchema(
    {
      data: anyOf(...['DayUsage', 'ComponentUsage', 'UserUsage'].map((name) => arraySchema(schemaRef(name)))),
      meta: schemaRef('SessionUsageInfo'),
    },
    ['data', 'meta'],
  ),
  DayUsage: usageOf({ day: DATE }),
  ComponentUsage: usageOf({
    component_type: optional(schemaRef('SessionType')),
    component_id: optional(STRING),
    other: BOOLEAN,
  }),
  UserUsage: usageOf({ user_id: optional(STRING), other: BOOLEAN }),
  SessionUsageInfo: objectSchema(
    {
      group_by: { type: 'string', enum: ['day', 'component', 'user'] },
      ...propertiesOf('from to', DATE),
      time_zone: STRING,
      sessions: INTEGER,
      ...propertiesOf('has_runs has_tokens', BOOLEAN),
      missing: objectSchema(propertiesOf('runs total_tokens', STRING)),
    },
    ['group_by', 'from', 'to', 'time_zone', 'sessions', 'has_runs', 'has_tokens', 'missing'],
  ),
};
