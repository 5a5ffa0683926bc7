import { agentRun, assistantMessage, toolCall, userMessage } from './stored-runs.js';

/** A red dot as PNG. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==';

/** A WAV file of a few silent samples. */
const WAV = `UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==`;

const MARKDOWN = `Totals by region:

| region | orders |
|---|---|
| north | 12 |

\`\`\`sql
SELECT count(*) FROM orders
\`\`\`

Read [the manual](https://docs.example.com/orders) or ![chart](https://cdn.example.com/chart.png). <b>bold</b>`;

const ARABIC = 'مرحبا، أين طلبي؟';

const search = toolCall('search', 'search_orders', { region: 'north' }, '{"orders": [{"id": 7, "total": 1.0}]}');
const refund = toolCall('refund', 'refund_order', { order: 7 }, 'TimeoutError: no answer within 30 s', true);

/** Markdown, reasoning and tool calls of which one has failed. */
export const TOOLS_SESSION = {
  session_id: 'tools',
  session_name: 'Orders by region',
  user_id: 'ada',
  agent_id: 'guide',
  runs: [
    agentRun('t1', '', '', {
      messages: [
        userMessage('t1', 'How many orders are there?'),
        ...search.messages,
        ...refund.messages,
        assistantMessage('t1', MARKDOWN, { reasoning_content: 'The user wants totals.' }),
      ],
      tools: [search.execution, refund.execution],
      metrics: { duration: 4.2, total_tokens: 1234 },
      model: 'gpt-5-mini',
    }),
  ],
};

/** A team with two members, of which one has a member itself. */
export const TEAM_SESSION = {
  type: 'team',
  session_id: 'team',
  session_name: 'Plan a trip',
  team_id: 'planners',
  runs: [
    agentRun('m2', 'Find flights', 'Two flights', { agent_id: 'flights', parent_run_id: 'lead' }),
    agentRun('m3', 'Compare prices', 'The first is cheaper', { agent_id: 'prices', parent_run_id: 'm2' }),
    agentRun('lead', 'Plan a trip', 'Take the first flight', { agent_id: undefined, team_id: 'planners' }),
  ],
} as const;

const stepRun = agentRun('s1', 'Write a draft', 'The draft', { agent_id: 'writer', parent_run_id: 'flow' });

/** A workflow, which stores the runs of its steps inside of its own. */
export const WORKFLOW_SESSION = {
  type: 'workflow',
  session_id: 'workflow',
  session_name: 'Newsletter',
  workflow_id: 'editor',
  runs: [
    {
      run_id: 'flow',
      workflow_id: 'editor',
      status: 'COMPLETED',
      input: 'Write about tents',
      content: 'The final text',
      created_at: 1_767_225_600,
      step_executor_runs: [stepRun],
      step_results: [{ step_name: 'Draft', step_run_id: 's1', content: 'The draft', success: true }],
    },
  ],
} as const;

const confirmation = { tool_name: 'delete_order', tool_args: { order: 7 }, requires_confirmation: true };

/** Runs that have failed, are paused or were cancelled. */
export const OUTCOMES_SESSION = {
  session_id: 'outcomes',
  session_name: 'Outcomes',
  agent_id: 'guide',
  runs: [
    agentRun('o1', '', '', { status: 'ERROR', content: 'Rate limit reached', messages: [userMessage('o1', 'Hello?')] }),
    agentRun('o2', 'Stop', 'Half an ans', { status: 'CANCELLED' }),
    agentRun('o3', 'Delete my order', 'May I?', {
      status: 'PAUSED',
      tools: [confirmation],
      requirements: [{ tool_execution: confirmation }],
    }),
  ],
};

/** A text of many lines, one of a megabyte, one from right to left, and contents that are no text. */
export const TEXTS_SESSION = {
  session_id: 'texts',
  session_name: 'Texts',
  runs: [
    agentRun('x1', Array.from({ length: 200 }, (_, line) => `Line ${line + 1}`).join('\n'), 'Short'),
    agentRun('x2', 'A megabyte', 'word '.repeat(200_000)),
    agentRun('x3', ARABIC, `${ARABIC} — order 7`),
    agentRun('x4', 'Parts', '', {
      messages: [
        assistantMessage('x4', [
          { type: 'text', text: 'First part' },
          { type: 'text', text: 'Second part' },
        ]),
      ],
    }),
  ],
};

/** Media in the message, on another host, and in the object store of a service that has none. */
export const MEDIA_SESSION = {
  session_id: 'media',
  session_name: 'Media',
  runs: [
    agentRun('p1', '', '', {
      messages: [
        userMessage('p1', 'Look at these', {
          images: [
            { id: 'i1', content: PNG, mime_type: 'image/png' },
            { id: 'i2', url: 'https://images.example.com/tent/seam.jpg', alt_text: 'The seam' },
          ],
          audio: [{ id: 'a1', content: WAV, mime_type: 'audio/wav' }],
          files: [
            { id: 'f1', filename: 'prices.csv', mime_type: 'text/csv', content: 'sku,price\n' },
            {
              id: 'f2',
              filename: 'offer.pdf',
              mime_type: 'application/pdf',
              media_reference: { media_id: 'f2', storage_key: 'a/offer.pdf', storage_backend: 's3', size: 48_213 },
            },
          ],
        }),
        assistantMessage('p1', 'A dot'),
      ],
    }),
  ],
};

/** All of them. */
export const SAMPLE_SESSIONS = [
  TOOLS_SESSION,
  TEAM_SESSION,
  WORKFLOW_SESSION,
  OUTCOMES_SESSION,
  TEXTS_SESSION,
  MEDIA_SESSION,
];
