import type { SeededRandom } from '../../support/seeded-random.js';
import type { HttpClient, HttpResponse } from './http-client.js';
import { detailViolation, listViolation, runsViolation } from './response-checks.js';
import { INITIAL_RUNS, TrackedSession, writeOutcome } from './tracked-session.js';

export type RequestKind = 'list' | 'detail' | 'runs' | 'create' | 'patch' | 'rename' | 'delete';

/** One request of the traffic. */
export interface SentRequest {
  readonly kind: RequestKind;
  /** 0: no answer, or not all of one. */
  readonly status: number;
  /** Why there was no answer, e.g. `ECONNREFUSED`. */
  readonly reason?: string | undefined;
  /** When it was sent, by `performance.now()`. */
  readonly at: number;
  readonly milliseconds: number;
  /** What is wrong with the answer, in words. */
  readonly fault: string | undefined;
}

/** Sessions that a client keeps before it deletes. */
const KEPT = 8;

const MIX: readonly RequestKind[] = ['list', 'list', 'detail', 'detail', 'runs', 'create', 'patch', 'rename', 'delete'];

/** A client that asks one thing at a time, about sessions that nobody else writes: so it knows what must be answered. */
export class TrafficClient {
  readonly sessions: TrackedSession[] = [];
  private version = 0;

  /** @param name also the user whose sessions it lists; @param query what every request ends with, e.g. `db_id=a` */
  constructor(
    private readonly http: HttpClient,
    private readonly name: string,
    private readonly query: string,
    private readonly dice: SeededRandom,
  ) {}

  async step(): Promise<SentRequest> {
    const at = performance.now();
    const { kind, answer, fault } = await this.send();
    return { kind, status: answer.status, reason: answer.reason, at, milliseconds: answer.milliseconds, fault };
  }

  private send(): Promise<Judged> {
    const writable = this.sessions.filter((session) => session.isCertain && session.mustExist);
    const session = writable.length === 0 ? undefined : this.dice.pick(writable);
    if (session === undefined) return this.create();
    const kind = this.dice.pick(MIX);
    switch (kind) {
      case 'list':
        return this.list();
      case 'detail':
      case 'runs':
        return this.read(kind, this.dice.pick(this.sessions));
      case 'create':
        return this.create();
      case 'patch':
        return this.patch(session);
      case 'rename':
        return this.rename(session);
      case 'delete':
        return writable.length < KEPT ? this.create() : this.delete(session);
    }
  }

  private async create(): Promise<Judged> {
    const session = new TrackedSession(`${this.name}-${this.version++}`);
    this.sessions.push(session);
    const answer = await this.http.ask('POST', `/sessions?type=agent&${this.query}`, {
      session_id: session.id,
      session_name: session.nameOf(0),
      user_id: this.name,
      agent_id: 'a',
      ...revision(0),
      runs: Array.from({ length: INITIAL_RUNS }, (_, at) => ({ run_id: session.runId(at), agent_id: 'a' })),
    });
    session.created(writeOutcome(answer.status));
    return { kind: 'create', answer, fault: detailViolation(session, answer) };
  }

  private async patch(session: TrackedSession): Promise<Judged> {
    const number = this.version++;
    const answer = await this.http.ask('PATCH', this.path(session), revision(number));
    session.patched(number, writeOutcome(answer.status));
    return { kind: 'patch', answer, fault: detailViolation(session, answer) };
  }

  private async rename(session: TrackedSession): Promise<Judged> {
    const number = this.version++;
    const body = { session_name: session.nameOf(number) };
    const answer = await this.http.ask('POST', this.path(session, '/rename'), body);
    session.renamed(number, writeOutcome(answer.status));
    return { kind: 'rename', answer, fault: detailViolation(session, answer) };
  }

  private async delete(session: TrackedSession): Promise<Judged> {
    const answer = await this.http.ask('DELETE', this.path(session));
    session.deleted(writeOutcome(answer.status));
    return { kind: 'delete', answer, fault: undefined };
  }

  private async read(kind: 'detail' | 'runs', session: TrackedSession): Promise<Judged> {
    const answer = await this.http.ask('GET', this.path(session, kind === 'runs' ? '/runs' : ''));
    return { kind, answer, fault: (kind === 'runs' ? runsViolation : detailViolation)(session, answer) };
  }

  private async list(): Promise<Judged> {
    const answer = await this.http.ask('GET', `/sessions?type=agent&limit=1000&user_id=${this.name}&${this.query}`);
    return { kind: 'list', answer, fault: listViolation(this.sessions, answer) };
  }

  private path(session: TrackedSession, below = ''): string {
    return `/sessions/${session.id}${below}?type=agent&${this.query}`;
  }
}

interface Judged {
  readonly kind: RequestKind;
  readonly answer: HttpResponse;
  readonly fault: string | undefined;
}

function revision(number: number) {
  const text = String(number);
  return { session_state: { revision: text }, metadata: { revision: text }, summary: { summary: text } };
}
