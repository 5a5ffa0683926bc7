import {
  OBJECT,
  OBJECT_ARRAY,
  objectSchema,
  optional,
  propertiesOf,
  type Schemas,
  STRING,
  schemaRef,
} from '../schema-kinds.js';

/** Bodies of requests. `runs` and `summary` of a new session are ours; AgentOS ignores them. */
export const REQUEST_SCHEMAS: Schemas = {
  CreateSessionRequest: objectSchema({
    ...propertiesOf('session_id session_name', optional(STRING)),
    ...propertiesOf('session_state metadata', optional(OBJECT)),
    ...propertiesOf('user_id agent_id team_id workflow_id', optional(STRING)),
    runs: optional(OBJECT_ARRAY),
    summary: optional(OBJECT),
  }),
  UpdateSessionRequest: objectSchema({
    session_name: optional(STRING),
    ...propertiesOf('session_state metadata summary', optional(OBJECT)),
  }),
  DeleteSessionRequest: objectSchema(
    {
      session_ids: { type: 'array', items: STRING, minItems: 1 },
      session_types: { type: 'array', items: schemaRef('SessionType'), minItems: 1 },
    },
    ['session_ids', 'session_types'],
  ),
  Body_rename_session: objectSchema({ session_name: STRING }, ['session_name']),
};
