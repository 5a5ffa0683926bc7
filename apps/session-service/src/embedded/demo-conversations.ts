/** One sample session in short form; `demoSessions` expands it to the data that AgentOS would have stored. */
export interface Conversation {
  readonly id: string;
  readonly type: 'agent' | 'team' | 'workflow';
  /** Name of the agent, team or workflow; its id is derived from it. */
  readonly component: string;
  readonly userId: string;
  /** Undefined: clients show the first question instead. */
  readonly name?: string;
  readonly turns: readonly Turn[];
  readonly summary?: { readonly summary: string; readonly topics: readonly string[] };
  readonly state?: object;
  readonly metadata?: object;
}

export interface Turn {
  readonly question: string;
  readonly answer: string;
  /** A tool call before the answer; for a team, the run of a member. */
  readonly helper?: { readonly name: string; readonly input: string; readonly output: string };
  readonly status?: 'COMPLETED' | 'PAUSED' | 'ERROR' | 'CANCELLED';
}

export const CONVERSATIONS: readonly Conversation[] = [
  {
    id: 'demo-travel-lisbon',
    type: 'agent',
    component: 'Travel Planner',
    userId: 'ana',
    name: 'Long weekend in Lisbon',
    turns: [
      {
        question: 'Plan three days in Lisbon in May, on foot.',
        answer: 'Day 1: Alfama and the castle. Day 2: Belém. Day 3: Chiado and the river at sunset.',
      },
      {
        question: 'Will it rain?',
        answer: 'Hardly: 3 rainy days in an average May, 22 °C at noon.',
        helper: {
          name: 'climate',
          input: '{"city":"Lisbon","month":5}',
          output: '{"rainy_days":3,"noon_celsius":22.0}',
        },
      },
    ],
    summary: { summary: 'Ana plans three days in Lisbon on foot in May.', topics: ['travel', 'Lisbon'] },
    state: { destination: 'Lisbon', days: 3, budget_eur: 600.0 },
    metadata: { channel: 'web', locale: 'pt-PT' },
  },
  {
    id: 'demo-support-invoice',
    type: 'agent',
    component: 'Support Desk',
    userId: 'ben',
    turns: [
      {
        question: 'My invoice of March shows the wrong address 😕',
        answer: 'Sorry about that! Which address should it be?',
      },
      { question: 'Rosenweg 5, 89073 Ulm', answer: 'Corrected. A new invoice is on its way to you.' },
    ],
    state: { ticket: 4711, resolved: true },
  },
  {
    id: 'demo-sql-helper',
    type: 'agent',
    component: 'Data Analyst',
    userId: 'ana',
    name: 'Churn by plan',
    turns: [
      {
        question: 'Which plan lost most customers last quarter?',
        answer: 'Starter: 128 of 2,410 customers left (5.3 %), more than Team (2.1 %) and Business (0.7 %).',
        helper: {
          name: 'run_sql',
          input: '{"query":"SELECT plan, count(*) FROM churn GROUP BY plan"}',
          output: '[["Starter",128],["Team",31],["Business",4]]',
        },
      },
    ],
    summary: { summary: 'Starter has the highest churn of the quarter.', topics: ['churn', 'plans'] },
  },
  {
    id: 'demo-code-review',
    type: 'agent',
    component: 'Code Reviewer',
    userId: 'chen',
    turns: [
      {
        question: 'Why is this loop slow?\n\n```python\nfor row in rows:\n    if row.id in seen_list: ...\n```',
        answer: 'Membership in a list is linear. Make `seen_list` a set.',
      },
      {
        question: 'Apply it to the whole module.',
        answer: 'I need your approval before I change files.',
        status: 'PAUSED',
      },
    ],
  },
  {
    id: 'demo-recipe',
    type: 'agent',
    component: 'Kitchen Helper',
    userId: 'dora',
    name: 'Dinner for six',
    turns: [
      {
        question: 'A vegetarian dinner for six, one hour.',
        answer: 'Mushroom risotto, a fennel salad, and baked pears.',
      },
    ],
    state: { guests: 6, diet: 'vegetarian' },
  },
  {
    id: 'demo-empty',
    type: 'agent',
    component: 'Travel Planner',
    userId: 'ben',
    name: 'Ideas for the autumn',
    turns: [],
    state: {},
  },
  {
    id: 'demo-team-launch',
    type: 'team',
    component: 'Launch Team',
    userId: 'ana',
    name: 'Launch of the mobile app',
    turns: [
      {
        question: 'Draft the announcement and a rollout plan.',
        answer:
          'Announcement: "Your sessions, now in your pocket." Rollout: 5 % on Monday, 50 % on Wednesday, all on Friday.',
        helper: {
          name: 'Copywriter',
          input: 'Write the announcement in one sentence.',
          output: 'Your sessions, now in your pocket.',
        },
      },
      { question: 'Who watches the numbers?', answer: 'The analyst, every morning at nine.' },
    ],
    summary: { summary: 'Announcement and a three-step rollout for the mobile app.', topics: ['launch', 'mobile'] },
    metadata: { project: 'mobile', priority: 1 },
  },
  {
    id: 'demo-team-research',
    type: 'team',
    component: 'Research Team',
    userId: 'chen',
    turns: [
      {
        question: 'Compare heat pumps and district heating for a house of 1970.',
        answer: 'With new windows a heat pump costs less over 15 years; without, district heating does.',
        helper: {
          name: 'Energy Analyst',
          input: 'Cost over 15 years for both?',
          output: 'Heat pump 31,000 EUR, district heating 34,500 EUR, new windows assumed.',
        },
      },
    ],
  },
  {
    id: 'demo-team-incident',
    type: 'team',
    component: 'Incident Team',
    userId: 'dora',
    name: 'Checkout errors on Friday',
    turns: [
      {
        question: 'Checkout fails for one in ten customers. Why?',
        answer: 'The payment provider did not answer in time.',
        status: 'ERROR',
      },
    ],
    state: { severity: 2, open: true },
  },
  {
    id: 'demo-flow-newsletter',
    type: 'workflow',
    component: 'Newsletter',
    userId: 'ana',
    name: 'Newsletter of May',
    turns: [
      {
        question: 'Collect the news of May and write the newsletter.',
        answer: '# News of May\n\nThree releases, one new colleague and a summer party.',
        helper: {
          name: 'Editor',
          input: 'Shorten the draft to 60 words.',
          output: 'Three releases, one new colleague and a summer party.',
        },
      },
    ],
    state: { issue: 5 },
    metadata: { audience: 'customers' },
  },
  {
    id: 'demo-flow-onboarding',
    type: 'workflow',
    component: 'Onboarding',
    userId: 'ben',
    turns: [
      {
        question: 'Prepare the first week of our new developer.',
        answer: 'Accounts, a mentor, and a first small task are ready.',
      },
    ],
  },
  {
    id: 'demo-flow-translation',
    type: 'workflow',
    component: 'Translation',
    userId: 'chen',
    name: 'Manual, German to English',
    turns: [
      { question: 'Translate the manual into English.', answer: 'Stopped after chapter 2 of 9.', status: 'CANCELLED' },
    ],
    state: { chapters: 9, done: 2 },
  },
];
