/** Names of the sessions that `oracle/seeded_*.py` create. Cases that write define their own sessions. */
const AGENTS = [
  'plain',
  'rich',
  'statuses',
  'lineage',
  'introduction',
  'structured',
  'members',
  'empty',
  'summary',
  'framework',
  'sdk',
  'named',
  'blank-name',
];
const TEAMS = ['plain', 'loose', 'paused', 'structured', 'empty'];
const FLOWS = ['text', 'dict', 'list', 'none', 'object-content', 'paused', 'empty'];

export const IDS_WITH_RUNS = [
  ...AGENTS.map((name) => `agent-${name}`),
  ...TEAMS.map((name) => `team-${name}`),
  ...FLOWS.map((name) => `flow-${name}`),
  ...['live-agent', 'live-team', 'live-flow'],
];

export const SEEDED_IDS = [...IDS_WITH_RUNS, 'shelf-00', 'shelf-01', 'shelf-02', 'shelf-13'];

export const UNUSUAL_IDS = [
  'with space',
  'with/slash',
  'percent%2Fliteral',
  'plus+plus',
  'ümläut-🙂',
  'dots..dots',
  '...',
  'semi;colon=x&y',
  'question?mark#hash',
  `quote'"quote`,
  `long-${'x'.repeat(995)}`,
];

/** Session id and run id of one seeded run of each kind. */
export const SEEDED_RUN_IDS: readonly (readonly [string, string])[] = [
  ['agent-plain', 'run-plain-1'],
  ['agent-plain', 'run-plain-2'],
  ['agent-rich', 'run-media'],
  ['agent-rich', 'run-tools'],
  ['agent-rich', 'run-reasoning'],
  ['agent-rich', 'run-events'],
  ['agent-statuses', 'run-status-paused'],
  ['agent-statuses', 'run-status-cancelled'],
  ['agent-lineage', 'run-fork'],
  ['agent-lineage', 'run-regenerated'],
  ['agent-introduction', 'run-introduction'],
  ['agent-structured', 'run-structured'],
  ['agent-structured', 'run-list-input'],
  ['agent-structured', 'run-dict-input'],
  ['agent-structured', 'run-message-input'],
  ['agent-structured', 'run-no-input'],
  ['agent-structured', 'run-no-content'],
  ['agent-structured', 'run-long'],
  ['agent-members', 'run-child'],
  ['agent-members', 'run-empty-parent'],
  ['agent-framework', 'run-framework'],
  ['agent-sdk', 'run-sdk'],
  ['team-plain', 'run-team-1'],
  ['team-plain', 'run-member'],
  ['team-plain', 'run-inner-team'],
  ['team-structured', 'run-team-4'],
  ['flow-text', 'run-flow-text'],
  ['flow-dict', 'run-flow-dict'],
  ['flow-list', 'run-flow-list'],
  ['flow-none', 'run-flow-none'],
  ['flow-object-content', 'run-flow-object'],
  ['live-agent', 'run-live-2'],
  ['live-team', 'run-live-3'],
  ['live-flow', 'run-live-4'],
];
