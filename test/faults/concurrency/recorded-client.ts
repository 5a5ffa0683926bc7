import { SeededRandom } from '../../support/seeded-random.js';
import { FIELDS, type Field, type FieldValues, type History, type Interval } from './history.js';

/** A session as returned in details and lists. */
interface ShownSession {
  readonly session_id: string;
  readonly session_name: string;
  readonly session_state: { readonly v: string };
  readonly metadata: { readonly v: string };
  readonly session_summary: { readonly summary: string };
}

/** Functions that return a request body which sets one field to a value. */
const BODY_OF_FIELD: Readonly<Record<Field, (value: string) => object>> = {
  session_name: (value) => ({ session_name: value }),
  session_state: (value) => ({ session_state: { v: value } }),
  metadata: (value) => ({ metadata: { v: value } }),
  session_summary: (value) => ({ summary: { summary: value } }),
};

export function bodyWith(values: FieldValues): object {
  const members = Object.entries(values).map(([field, value]) => BODY_OF_FIELD[field as Field](value));
  return Object.assign({}, ...members) as object;
}

/** A client that sends random requests one after another and records their outcome in the history. */
export class RecordedClient {
  private readonly random: SeededRandom;
  private written = 0;

  constructor(
    private readonly name: string,
    private readonly baseUrl: string,
    private readonly sessionIds: readonly string[],
    private readonly history: History,
    seed: number,
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const id = this.random.pick(this.sessionIds);
      switch (this.random.below(6)) {
        case 0:
          await this.read(id);
          break;
        case 1:
          await this.list();
          break;
        case 2:
          await this.write(id, 'POST', '/rename', this.newValues(['session_name']));
          break;
        default:
          await this.write(id, 'PATCH', '', this.newValues(FIELDS.filter(() => this.random.oneIn(2))));
      }
    }
  }

  async read(id: string): Promise<void> {
    const [session, span] = await this.ask<ShownSession>(`/sessions/${id}`);
    this.history.record('read', id, valuesOf(session), span);
  }

  private async list(): Promise<void> {
    const [{ data }, span] = await this.ask<{ data: readonly ShownSession[] }>('/sessions?limit=100');
    for (const session of data) this.history.record('read', session.session_id, valuesOf(session), span);
  }

  /** Also records the response as a read, because it shows the whole session. Aborts one in eight writes at random. */
  private async write(id: string, method: string, path: string, values: FieldValues): Promise<void> {
    const timeout = this.random.oneIn(8) ? this.random.below(12) : undefined;
    const start = performance.now();
    try {
      const init = { method, body: JSON.stringify(bodyWith(values)), headers: { 'content-type': 'application/json' } };
      const [session, span] = await this.ask<ShownSession>(`/sessions/${id}${path}`, init, timeout);
      this.history.record('write', id, values, span);
      this.history.record('read', id, valuesOf(session), span);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.history.record('write', id, values, { client: this.name, start, end: undefined });
    }
  }

  private async ask<T>(path: string, init: RequestInit = {}, timeoutMs?: number): Promise<[T, Interval]> {
    const start = performance.now();
    const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
    const reply = await fetch(this.baseUrl + path, { ...init, ...signal });
    const text = await reply.text();
    if (reply.status !== 200) throw new Error(`${path} responded ${reply.status}: ${text}`);
    return [JSON.parse(text) as T, { client: this.name, start, end: performance.now() }];
  }

  private newValues(fields: readonly Field[]): FieldValues {
    this.written++;
    return Object.fromEntries(fields.map((field) => [field, `${this.name}-${this.written}`]));
  }
}

function valuesOf({ session_name, session_state, metadata, session_summary }: ShownSession): FieldValues {
  return {
    session_name,
    session_state: session_state.v,
    metadata: metadata.v,
    session_summary: session_summary.summary,
  };
}
