import type { SeededRandom } from '../../support/seeded-random.js';
import type { HttpClient, HttpResponse } from './http-client.js';
import { detailViolation, listViolation, runsViolation } from './response-checks.js';
import { INITIAL_RUNS, TrackedSession, writeOutcome } from './tracked-session.js';

type RequestKind = 'list' | 'detail' | 'runs' | 'create' | 'patch' | 'rename' | 'delete';

/** A completed request of a TrafficClient, with the result of checking its response. */
export interface SentRequest {
  readonly kind: RequestKind;
  /** HTTP status, or 0 without a complete response. */
  readonly status: number;
  /** Error code when there is no response, for example `ECONNREFUSED`. */
  readonly reason?: string | undefined;
  /** Time by `performance.now()`. */
  readonly sentAt: number;
  readonly milliseconds: number;
  /** Message when the response is wrong, else undefined. */
  readonly violation: string | undefined;
}

/** Minimum number of sessions of a client: it deletes a session only while it has at least this many. */
const KEPT = 8;

const MIX: readonly RequestKind[] = ['list', 'list', 'detail', 'detail', 'runs', 'create', 'patch', 'rename', 'delete'];

/** A client that sends one request at a time and is the only writer of its sessions, so it knows the correct responses. */
export class TrafficClient {
  readonly sessions: TrackedSession[] = [];
  private version = 0;

  /**
   * @param name prefix of the session ids, and user id of the sessions
   * @param query appended to the query of every request, for example `db_id=a`
   */
  constructor(
    private readonly http: HttpClient,
    private readonly name: string,
    private readonly query: string,
    private readonly random: SeededRandom,
  ) {}

  async step(): Promise<SentRequest> {
    const sentAt = performance.now();
    const { kind, response, violation } = await this.send();
    const { status, reason, milliseconds } = response;
    return { kind, status, reason, sentAt, milliseconds, violation };
  }

  private send(): Promise<CheckedResponse> {
    const writable = this.sessions.filter((session) => session.isCertain && session.mustExist);
    const session = writable.length === 0 ? undefined : this.random.pick(writable);
    if (session === undefined) return this.create();
    const kind = this.random.pick(MIX);
    switch (kind) {
      case 'list':
        return this.list();
      case 'detail':
      case 'runs':
        return this.read(kind, this.random.pick(this.sessions));
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

  private async create(): Promise<CheckedResponse> {
    const session = new TrackedSession(`${this.name}-${this.version++}`);
    this.sessions.push(session);
    const response = await this.http.ask('POST', `/sessions?type=agent&${this.query}`, {
      session_id: session.id,
      session_name: session.nameOf(0),
      user_id: this.name,
      agent_id: 'a',
      ...revision(0),
      runs: Array.from({ length: INITIAL_RUNS }, (_, index) => ({ run_id: session.runId(index), agent_id: 'a' })),
    });
    session.created(writeOutcome(response.status));
    return { kind: 'create', response, violation: detailViolation(session, response) };
  }

  private async patch(session: TrackedSession): Promise<CheckedResponse> {
    const number = this.version++;
    const response = await this.http.ask('PATCH', this.path(session), revision(number));
    session.patched(number, writeOutcome(response.status));
    return { kind: 'patch', response, violation: detailViolation(session, response) };
  }

  private async rename(session: TrackedSession): Promise<CheckedResponse> {
    const number = this.version++;
    const body = { session_name: session.nameOf(number) };
    const response = await this.http.ask('POST', this.path(session, '/rename'), body);
    session.renamed(number, writeOutcome(response.status));
    return { kind: 'rename', response, violation: detailViolation(session, response) };
  }

  private async delete(session: TrackedSession): Promise<CheckedResponse> {
    const response = await this.http.ask('DELETE', this.path(session));
    session.deleted(writeOutcome(response.status));
    return { kind: 'delete', response, violation: undefined };
  }

  private async read(kind: 'detail' | 'runs', session: TrackedSession): Promise<CheckedResponse> {
    const response = await this.http.ask('GET', this.path(session, kind === 'runs' ? '/runs' : ''));
    return { kind, response, violation: (kind === 'runs' ? runsViolation : detailViolation)(session, response) };
  }

  private async list(): Promise<CheckedResponse> {
    const response = await this.http.ask('GET', `/sessions?type=agent&limit=1000&user_id=${this.name}&${this.query}`);
    return { kind: 'list', response, violation: listViolation(this.sessions, response) };
  }

  private path(session: TrackedSession, below = ''): string {
    return `/sessions/${session.id}${below}?type=agent&${this.query}`;
  }
}

interface CheckedResponse {
  readonly kind: RequestKind;
  readonly response: HttpResponse;
  readonly violation: string | undefined;
}

function revision(number: number) {
  const value = String(number);
  return { session_state: { revision: value }, metadata: { revision: value }, summary: { summary: value } };
}
