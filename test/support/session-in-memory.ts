import {
  encodeMessageCursor,
  type MessageCursor,
  type PositionedRun,
  parseGetMessages,
  type Run,
  type RunOrder,
  type RunPosition,
  type RunWalk,
  runOf,
  type SessionType,
  writeMessagePage,
} from '@session-service/contract';
import { asRaw, JsonWriter, type RawJson, runSync, type Steps } from '@session-service/json';

export type Json = Record<string, unknown>;

export interface Message extends Json {
  readonly id: string;
  readonly role: string;
}

export interface Page {
  readonly data: Message[];
  readonly meta: { readonly next_cursor: string | null; readonly prev_cursor: string | null };
}

/** The runs of a session in memory. */
export class SessionInMemory {
  readonly type: SessionType;
  /** Called before runs are read, with the number of times that they have been read. */
  onRead: (count: number) => void = () => undefined;
  private runs: PositionedRun[] = [];
  private added = 0;
  private reads = 0;

  constructor(runs: readonly (Json | string)[], type: SessionType = 'agent') {
    this.type = type;
    for (const run of runs) this.add(run);
  }

  add(stored: Json | string): void {
    const run = runOf(asRaw(typeof stored === 'string' ? stored : JSON.stringify(stored)));
    const index = this.added++;
    this.runs.push({ run, position: { layout: 'table', order: 'asc', key: [String(index), null, `r${index}`] } });
  }

  delete(runId: string): void {
    this.runs = this.runs.filter(({ run }) => run.get('run_id') !== JSON.stringify(runId));
  }

  page(query: string): Page {
    const request = parseGetMessages(query);
    const writer = new JsonWriter();
    const lookup = { find: this.find, existing: this.existing };
    const context = { session: SESSION, type: this.type, parts: request.parts, lookup };
    const print = (cursor: MessageCursor) => encodeMessageCursor(cursor, 'd');
    runSync(writeMessagePage(writer, { ...request, context, open: this.open, print }));
    const body = runSync(writer.done());
    return JSON.parse(typeof body === 'string' ? body : body.parts.join('')) as Page;
  }

  all(query: string): Message[] {
    return this.page(`limit=1000&order=asc&${query}`).data;
  }

  /** The messages of all pages from the first to the last, with random limits. */
  walk(query: string, limits: () => number): Message[][] {
    const pages: Message[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = this.page(`${query}&limit=${limits()}&cursor=${cursor}`);
      pages.push(page.data);
      cursor = page.meta.next_cursor;
    }
    return pages;
  }

  private readonly open = (order: RunOrder, after: RunPosition | undefined): RunWalk => {
    this.onRead(this.reads++);
    const sign = order === 'asc' ? 1 : -1;
    const isAfter = ({ position }: PositionedRun) =>
      after === undefined || sign * (indexOf(position) - indexOf(after)) > 0;
    const runs = order === 'asc' ? this.runs : this.runs.toReversed();
    const rest = runs.filter(isAfter)[Symbol.iterator]();
    return {
      *next() {
        yield;
        return rest.next().value;
      },
      close: () => undefined,
    };
  };

  private readonly find = function* (this: SessionInMemory, runId: string): Steps<Run | undefined> {
    return this.runs.find(({ run }) => run.get('run_id') === JSON.stringify(runId))?.run;
  }.bind(this);

  private readonly existing = function* (this: SessionInMemory, ids: readonly string[]): Steps<ReadonlySet<string>> {
    const stored = new Set(this.runs.map(({ run }) => run.get('run_id')));
    return new Set(ids.filter((id) => stored.has(JSON.stringify(id) as RawJson)));
  }.bind(this);
}

const SESSION = { session_id: 's', created_at: asRaw('1700000000') };

function indexOf(position: RunPosition): number {
  return Number('key' in position ? position.key[0] : undefined);
}

/** A message. */
export function said(role: string, id: string, content: unknown, more: Json = {}): Json {
  return { id, role, content, created_at: 1_700_000_001, ...more };
}

/** A run of an agent. */
export function asked(run_id: string, messages: readonly unknown[], more: Json = {}): Json {
  return { run_id, agent_id: 'a', status: 'COMPLETED', created_at: 1_700_000_000, messages, ...more };
}

export const CALL = {
  id: 'c1',
  type: 'function',
  function: { name: 'weather', arguments: '{"city":"Ulm","days":1.0}' },
};
export const CALLED = said('assistant', 'm2', null, { tool_calls: [CALL] });
export const RESULT = said('tool', 'm3', 'rain', { tool_call_id: 'c1', tool_name: 'weather', tool_call_error: false });
export const TOOLS = asked('tools', [
  said('system', 'm0', 'Be brief.'),
  said('user', 'm1', 'Weather?'),
  CALLED,
  RESULT,
  said('assistant', 'm4', 'Rain.'),
]);
export const PAUSED = asked('paused', [said('user', 'm1', 'Delete it'), CALLED], {
  status: 'PAUSED',
  tools: [{ tool_call_id: 'c1', tool_name: 'weather', requires_confirmation: true, confirmed: null, result: null }],
  requirements: [{ id: 'q1', tool_execution: { tool_call_id: 'c1' } }],
});
export const PIXEL = Buffer.from('pixel').toString('base64');
export const MEDIA = asked('media', [
  said('user', 'm1', 'Look', {
    images: [
      { id: 'i1', content: PIXEL, mime_type: 'image/png' },
      { id: 'i2', url: 'https://x.example/cat.png' },
      { id: 'i3', media_reference: { media_id: 'i3', storage_key: 'a b/c', storage_backend: 's3' } },
      7,
    ],
    audio: [{ id: 'a1', content: PIXEL, format: 'wav' }],
    files: [
      { id: 'f1', content: 'a,b\n', mime_type: 'text/csv', filename: 't.csv' },
      { id: 'f2', filepath: '/tmp/x.txt' },
    ],
  }),
  said('assistant', 'm2', 'Seen', { audio_output: { id: 'o1', content: PIXEL, mime_type: 'audio/wav' } }),
]);
export const MEMBER = asked('member', [said('user', 'n1', 'Sub-question'), said('assistant', 'n2', 'Sub-answer')], {
  parent_run_id: 'team',
});
export const TEAM = {
  ...asked('team', [said('user', 'm1', 'Question'), said('assistant', 'm2', 'Answer')]),
  team_id: 't',
};
export const WORKFLOW = {
  run_id: 'flow',
  workflow_id: 'w',
  status: 'COMPLETED',
  created_at: 1,
  input: 'Plan',
  content: { plan: [1, null] },
  step_executor_runs: [
    asked('step', [said('user', 'n3', 'Sub-question'), said('assistant', 'n4', 'Sub-answer')], {
      parent_run_id: 'flow',
    }),
  ],
};
