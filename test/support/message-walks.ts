import type pg from 'pg';
import { call } from './api.js';
import { LAYOUT_NAMES, type LayoutName } from './layout-databases.js';
import type { SeededRandom } from './seeded-random.js';

/** Number of runs that each session has at first. */
const RUNS = 25;
/** Maximum number of runs that are added to a session. */
const MAX_ADDED = 60;
const MAX_LIMIT = 9;

const FORMATS = ['agno', 'ai-sdk', 'ag-ui'] as const;
const QUERIES = [
  '',
  '&include=tools',
  '&include=tools,members,reasoning',
  '&roles=user',
  '&roles=assistant,tool',
] as const;

interface Message {
  readonly id: string;
  readonly role: string;
  readonly content?: string;
  readonly from_history?: boolean;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: string;
}

interface Run {
  readonly run_id: string;
  readonly agent_id: string;
  readonly parent_run_id?: string;
  status: string;
  readonly created_at: number;
  readonly messages: Message[];
}

interface Page {
  readonly data: { readonly id: string }[];
  readonly meta: { readonly next_cursor: string | null; readonly prev_cursor: string | null };
}

/** What happened. `mistakes` must be empty. */
export interface MessageWalksReport {
  walks: number;
  pages: number;
  changes: number;
  readonly mistakes: string[];
}

/** The session of each database. The runs after the first ones have no index, so that all that are added come last. */
class Conversation {
  readonly runs: Run[] = [];
  private nextMessage = 0;

  constructor(
    private readonly random: SeededRandom,
    private readonly layout: LayoutName,
    private readonly pool: pg.Pool,
  ) {}

  async fill(): Promise<void> {
    await this.pool.query(
      `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at) VALUES ('s', 'agent', 'a', 1)`,
    );
    for (let count = 0; count < RUNS; count++) await this.add('COMPLETED');
  }

  /** The messages that the chat shows, in order: an independent model of `format=agno`. */
  shown(): string[] {
    const seen = new Set<string>();
    const isShown = ({ id, role, from_history }: Message) => {
      if (from_history || seen.has(id)) return false;
      seen.add(id);
      return role === 'user' || role === 'assistant';
    };
    return this.runs
      .filter((run) => run.parent_run_id === undefined)
      .flatMap((run) => run.messages.filter(isShown).map(({ id }) => id));
  }

  /** Adds a run, or a message to the last one, as an agent does that is running. */
  async change(): Promise<void> {
    const last = this.runs.at(-1);
    if (last?.status === 'RUNNING') {
      last.messages.push(...this.answer());
      if (this.random.oneIn(3)) last.status = 'COMPLETED';
      await this.store(last, this.runs.length - 1);
    } else if (this.runs.length < RUNS + MAX_ADDED) await this.add('RUNNING');
  }

  private async add(status: string): Promise<void> {
    const index = this.runs.length;
    const previous = this.runs.findLast((run) => run.parent_run_id === undefined);
    const isMember = this.random.oneIn(5);
    // Copies with and without the mark of AgentOS.
    const copies = isMember || !this.random.oneIn(3) ? [] : (previous?.messages ?? []);
    const isMarked = this.random.oneIn(2);
    const run: Run = {
      run_id: `r${index}`,
      agent_id: 'a',
      ...(isMember && { parent_run_id: 'p' }),
      status,
      created_at: 1_000 + index,
      messages: [
        ...(this.random.oneIn(3) ? [this.message('system')] : []),
        ...copies.map((message) => (isMarked ? { ...message, from_history: true } : message)),
        this.message('user'),
        ...(status === 'RUNNING'
          ? []
          : [...this.random.some(3, () => this.answer()).flat(), this.message('assistant')]),
      ],
    };
    this.runs.push(run);
    await this.store(run, index);
  }

  /** One step of an agent: calls with their results, or a text. */
  private answer(): Message[] {
    if (this.random.oneIn(2))
      return [this.message('assistant', this.random.oneIn(2) ? { reasoning_content: 'hm' } : {})];
    const ids = Array.from({ length: 1 + this.random.below(3) }, () => `c${this.nextMessage++}`);
    const calls = ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }));
    return [
      { ...this.message('assistant'), tool_calls: calls },
      ...ids.map((tool_call_id) => this.message('tool', { tool_call_id })),
    ];
  }

  private message(role: string, more: Partial<Message> = {}): Message {
    const id = `m${this.nextMessage++}`;
    return { id, role, content: `${role} ${id}`, ...more };
  }

  private async store(run: Run, index: number): Promise<void> {
    const inColumn = this.layout === 'v2' || this.layout === 'json' || (this.layout === 'mixed' && index < RUNS / 2);
    if (inColumn) {
      const runs = JSON.stringify(this.layout === 'mixed' ? this.runs.slice(0, Math.ceil(RUNS / 2)) : this.runs);
      await this.pool.query(`UPDATE ai.agno_sessions SET runs = $1 WHERE session_id = 's'`, [runs]);
      return;
    }
    await this.pool.query(
      `INSERT INTO ai.agno_runs (run_id, session_id, run_type, parent_run_id, run_index, run_data, created_at)
        VALUES ($1, 's', 'agent', $2, $3, $4, $5) ON CONFLICT (run_id) DO UPDATE SET run_data = EXCLUDED.run_data`,
      [run.run_id, run.parent_run_id ?? null, index < RUNS ? index : null, JSON.stringify(run), run.created_at],
    );
  }
}

/**
 * Walks the messages of sessions by cursor, in both orders and back, while runs are added and grow. Each message that existed
 * before a walk must be shown once, in the order of one large page.
 */
export class MessageWalks {
  readonly report: MessageWalksReport = { walks: 0, pages: 0, changes: 0, mistakes: [] };
  private readonly conversations: Readonly<Record<LayoutName, Conversation>>;
  /** The changes of all conversations that have not been made yet. */
  private changes: Promise<void> = Promise.resolve();

  /** @param pools connections to a database of each layout */
  constructor(
    private readonly random: SeededRandom,
    pools: Readonly<Record<LayoutName, pg.Pool>>,
    private readonly baseUrl: string,
  ) {
    const conversations = LAYOUT_NAMES.map((name) => [name, new Conversation(random, name, pools[name])]);
    this.conversations = Object.fromEntries(conversations) as Record<LayoutName, Conversation>;
  }

  async run(walks: number, walkers = 4): Promise<void> {
    for (const layout of LAYOUT_NAMES) {
      await this.conversations[layout].fill();
      const expected = this.conversations[layout].shown();
      this.compare(`${layout}: whole`, expected, idsOf(await this.page(layout, 'limit=1000&order=asc')));
    }
    const walking = Array.from({ length: walkers }, async () => {
      while (this.report.walks < walks)
        await this.walk(LAYOUT_NAMES[this.report.walks++ % LAYOUT_NAMES.length] ?? 'v3');
    });
    await Promise.all(walking);
    await this.changes;
  }

  private async walk(layout: LayoutName): Promise<void> {
    const order = this.random.pick(['asc', 'desc']);
    const list = `order=${order}&format=${this.random.pick(FORMATS)}${this.random.pick(QUERIES)}`;
    const walk = `${layout}: ${list}`;
    const before = idsOf(await this.page(layout, `${list}&limit=1000`));
    const shown: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const limit = 1 + this.random.below(MAX_LIMIT);
      const page: Page = await this.page(layout, `${list}&limit=${limit}&cursor=${cursor}`);
      if (shown.length > 0 && this.random.oneIn(3)) await this.stepBack(layout, walk, list, page, shown);
      shown.push(...idsOf(page));
      cursor = page.meta.next_cursor;
    }
    this.compare(`${walk}: twice`, [...new Set(shown)], shown);
    const known = new Set(before);
    this.compare(
      walk,
      before,
      shown.filter((id) => known.has(id)),
    );
  }

  /** The page before a page ends with the messages that were shown before it. */
  private async stepBack(layout: LayoutName, walk: string, list: string, page: Page, shown: string[]): Promise<void> {
    const back = await this.page(
      layout,
      `${list}&limit=${1 + this.random.below(MAX_LIMIT)}&cursor=${page.meta.prev_cursor}`,
    );
    const ids = idsOf(back);
    const expected = shown.slice(-ids.length);
    if (ids.length === 0) this.report.mistakes.push(`${walk}: nothing before ${idsOf(page)[0]}`);
    this.compare(`${walk}: back`, expected, ids.slice(-expected.length));
  }

  private async page(layout: LayoutName, query: string): Promise<Page> {
    const path = `/sessions/s/messages?db_id=${layout}&${query}`;
    const { status, text, json } = await call(this.baseUrl, path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    this.report.pages++;
    if (this.random.oneIn(4)) this.changeLater(layout);
    return json;
  }

  private compare(walk: string, expected: readonly string[], seen: readonly string[]): void {
    if (seen.join() !== expected.join()) this.report.mistakes.push(`${walk}: expected ${expected}, got ${seen}`);
  }

  /** Changes the conversation while walks go on. */
  private changeLater(layout: LayoutName): void {
    this.report.changes++;
    this.changes = this.changes.then(() => this.conversations[layout].change());
  }
}

function idsOf({ data }: Page): string[] {
  return data.map(({ id }) => id);
}
