import {
  DB_ID,
  IF_NONE_MATCH,
  type Paths,
  queryParameter,
  revalidatedResponses,
  SESSION_ID,
  SESSION_TYPE,
  sessionOperation,
  TABLE,
  USER_ID,
} from './api-operations.js';
import {
  anyOf,
  arraySchema,
  INTEGER,
  OBJECT,
  OBJECT_ARRAY,
  objectSchema,
  optional,
  propertiesOf,
  type Schema,
  type Schemas,
  STRING,
  schemaRef,
} from './schema-builders.js';

const listOf = (...values: string[]): Schema => arraySchema({ type: 'string', enum: values });

export const MESSAGE_PATHS: Paths = {
  '/sessions/{session_id}/messages': {
    get: sessionOperation({
      operationId: 'get_session_messages',
      summary: 'List the messages of a session',
      description:
        'The conversation message by message, by default the newest first, in the format of AgentOS, of the AI SDK (`UIMessage`) ' +
        'or of AG-UI. Each message is shown once. A tool call and its result are never on two pages. AgentOS does not have ' +
        'this operation.',
      parameters: [
        SESSION_ID,
        queryParameter('limit', { type: 'integer', minimum: 1, maximum: 1000, default: 20 }, 'Messages per page'),
        queryParameter('cursor', STRING, '`next_cursor` or `prev_cursor` of a page with the same parameters'),
        queryParameter('order', { type: 'string', enum: ['asc', 'desc'], default: 'desc' }, '`desc`: the newest first'),
        queryParameter(
          'roles',
          listOf('user', 'assistant', 'system', 'developer', 'tool'),
          'Roles of the messages, by default all but `system` and `tool`. Separated by commas, or repeated',
        ),
        queryParameter(
          'include',
          listOf('tools', 'members', 'reasoning'),
          'What to show besides the chat: tool calls with their results, the messages of members and steps, reasoning. ' +
            'Separated by commas, or repeated',
        ),
        queryParameter(
          'format',
          { type: 'string', enum: ['agno', 'ai-sdk', 'ag-ui'], default: 'agno' },
          '`agno`: the items of `chat_history`; `ai-sdk`: `UIMessage` of the npm package `ai`; `ag-ui`: `Message` of `@ag-ui/core`',
        ),
        SESSION_TYPE,
        USER_ID,
        DB_ID,
        TABLE,
        IF_NONE_MATCH,
      ],
      responses: revalidatedResponses('A page of messages', schemaRef('MessagePage')),
    }),
  },
};

/** Members that messages of all formats have, as members of the message or of its `metadata`. */
const RUN: Schemas = {
  ...propertiesOf('run_id run_status parent_run_id agent_id team_id workflow_id error', STRING),
  ...propertiesOf('requirements tools step_requirements error_requirements', OBJECT_ARRAY),
  ...propertiesOf('pause_kind paused_step_name', STRING),
  paused_step_index: INTEGER,
  created_at: INTEGER,
};

export const MESSAGE_SCHEMAS: Schemas = {
  MessagePage: objectSchema(
    {
      data: arraySchema(anyOf(schemaRef('AgnoMessage'), schemaRef('UIMessage'), schemaRef('AgUiMessage'))),
      meta: schemaRef('MessagePageInfo'),
    },
    ['data', 'meta'],
  ),
  MessagePageInfo: objectSchema(propertiesOf('next_cursor prev_cursor', optional(STRING)), [
    'next_cursor',
    'prev_cursor',
  ]),
  AgnoMessage: objectSchema(
    {
      id: STRING,
      content: anyOf(STRING, arraySchema({})),
      ...propertiesOf('reasoning_content compressed_content role name tool_call_id tool_name', STRING),
      ...propertiesOf('from_history stop_after_tool_call tool_call_error', { type: 'boolean' }),
      tool_calls: OBJECT_ARRAY,
      ...propertiesOf('images audio videos files', OBJECT_ARRAY),
      ...propertiesOf('audio_output references metrics provider_data', OBJECT),
      ...RUN,
    },
    ['id', 'created_at'],
  ),
  UIMessage: objectSchema(
    {
      id: STRING,
      role: { type: 'string', enum: ['system', 'user', 'assistant'] },
      metadata: schemaRef('MessageMetadata'),
      parts: OBJECT_ARRAY,
    },
    ['id', 'role', 'metadata', 'parts'],
  ),
  AgUiMessage: objectSchema(
    {
      id: STRING,
      role: { type: 'string', enum: ['developer', 'system', 'assistant', 'user', 'tool', 'reasoning'] },
      ...propertiesOf('name toolCallId error subagentRunId', STRING),
      content: anyOf(STRING, OBJECT_ARRAY),
      toolCalls: OBJECT_ARRAY,
      metadata: schemaRef('MessageMetadata'),
    },
    ['id', 'role', 'metadata'],
  ),
  MessageMetadata: objectSchema({ ...RUN, name: STRING, media: OBJECT_ARRAY }, ['created_at']),
};
