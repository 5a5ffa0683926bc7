import { each, named, OBJECT, OBJECTS, objectOf, optional, type Schemas, TEXT } from '../schema-kinds.js';

/** Bodies of requests. `runs` and `summary` of a new session are ours; AgentOS ignores them. */
export const REQUEST_SCHEMAS: Schemas = {
  CreateSessionRequest: objectOf({
    ...each('session_id session_name', optional(TEXT)),
    ...each('session_state metadata', optional(OBJECT)),
    ...each('user_id agent_id team_id workflow_id', optional(TEXT)),
    runs: optional(OBJECTS),
    summary: optional(OBJECT),
  }),
  UpdateSessionRequest: objectOf({
    session_name: optional(TEXT),
    ...each('session_state metadata summary', optional(OBJECT)),
  }),
  DeleteSessionRequest: objectOf(
    {
      session_ids: { type: 'array', items: TEXT, minItems: 1 },
      session_types: { type: 'array', items: named('SessionType'), minItems: 1 },
    },
    ['session_ids', 'session_types'],
  ),
  Body_rename_session: objectOf({ session_name: TEXT }, ['session_name']),
};
