import { SeededRandom } from '../../support/seeded-random.js';
import { FIELDS, type Field, type FieldValues, type History, type Interval } from './history.js';

/** A session as the service shows it, in the detail and in the list. */
interface Shown {
  readonly session_id: string;
  readonly session_name: string;
  readonly session_state: { readonly v: string };
  readonly metadata: { readonly v: string };
  readonly session_summary: { readonly summary: string };
}

/** How each field carries a value in a body. */
const IN_BODY: Readonly<Record<Field, (value: string) => object>> = {
  session_name: (value) => ({ session_name: value }),
  session_state: (value) => ({ session_state: { v: value } }),
  metadata: (value) => ({ metadata: { v: value } }),
  session_summary: (value) => ({ summary: { summary: value } }),
};

/** The body that gives fields these values. */
export function bodyWith(values: FieldValues): object {
  const members = Object.entries(values).map(([field, value]) => IN_BODY[field as Field](value));
  return Object.assign({}, ...members) as object;
}

/** A client that does one chance thing after the other and writes down what it saw. */
export class RecordedClient {
  private readonly dice: SeededRandom;
  private written = 0;

  constructor(
    private readonly name: string,
    private readonly baseUrl: string,
    private readonly sessionIds: readonly string[],
    private readonly history: History,
    seed: number,
  ) {
    this.dice = new SeededRandom(seed);
  }

  async act(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const id = this.dice.pick(this.sessionIds);
      switch (this.dice.below(6)) {
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
          await this.write(id, 'PATCH', '', this.newValues(FIELDS.filter(() => this.dice.oneIn(2))));
      }
    }
  }

  async read(id: string): Promise<void> {
    const [session, span] = await this.ask<Shown>(`/sessions/${id}`);
    this.history.record('read', id, valuesOf(session), span);
  }

  private async list(): Promise<void> {
    const [{ data }, span] = await this.ask<{ data: readonly Shown[] }>('/sessions?limit=100');
    for (const session of data) this.history.record('read', session.session_id, valuesOf(session), span);
  }

  /** A write that is answered is a read as well: its answer shows the whole session. Some clients do not wait for it. */
  private async write(id: string, method: string, path: string, values: FieldValues): Promise<void> {
    const patience = this.dice.oneIn(8) ? this.dice.below(12) : undefined;
    const start = performance.now();
    try {
      const init = { method, body: JSON.stringify(bodyWith(values)), headers: { 'content-type': 'application/json' } };
      const [session, span] = await this.ask<Shown>(`/sessions/${id}${path}`, init, patience);
      this.history.record('write', id, values, span);
      this.history.record('read', id, valuesOf(session), span);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.history.record('write', id, values, { client: this.name, start, end: undefined });
    }
  }

  private async ask<T>(path: string, init: RequestInit = {}, patienceMs?: number): Promise<[T, Interval]> {
    const start = performance.now();
    const signal = patienceMs === undefined ? {} : { signal: AbortSignal.timeout(patienceMs) };
    const reply = await fetch(this.baseUrl + path, { ...init, ...signal });
    const text = await reply.text();
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${text}`);
    return [JSON.parse(text) as T, { client: this.name, start, end: performance.now() }];
  }

  private newValues(fields: readonly Field[]): FieldValues {
    this.written++;
    return Object.fromEntries(fields.map((field) => [field, `${this.name}-${this.written}`]));
  }
}

function valuesOf({ session_name, session_state, metadata, session_summary }: Shown): FieldValues {
  return {
    session_name,
    session_state: session_state.v,
    metadata: metadata.v,
    session_summary: session_summary.summary,
  };
}
