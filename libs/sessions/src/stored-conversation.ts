import {
  type ConversationContext,
  type ConversationParts,
  effectiveType,
  type GetMessages,
  type PositionedRun,
  type Run,
  type RunOrder,
  type RunPosition,
  type RunWalk,
  runOf,
  type SessionType,
  type StoredRunLookup,
  type StoredSession,
} from '@session-service/contract';
import type { Steps } from '@session-service/json';
import type { RunsPage } from '@session-service/storage';
import { runsSessionNotFound } from './runs.service.js';
import type { SessionContext } from './session-access.js';

/** The runs of a session as the pages of its messages read them. Must be closed. */
export class StoredConversation implements ConversationContext, StoredRunLookup {
  readonly parts: ConversationParts;
  readonly lookup: StoredRunLookup = this;
  private found: StoredSession | undefined;
  private readonly walks: StoredRunWalk[] = [];

  constructor(
    private readonly context: SessionContext,
    private readonly sessionId: string,
    private readonly query: Pick<GetMessages, 'parts' | 'type'>,
  ) {
    this.parts = query.parts;
  }

  /** Known as soon as the first page of runs has been read, even an empty one. */
  get session(): StoredSession {
    if (this.found === undefined) throw new Error('the session is known after its first page of runs');
    return this.found;
  }

  get type(): SessionType {
    return this.query.type ?? effectiveType(this.session);
  }

  readonly open = (order: RunOrder, after: RunPosition | undefined, expected: number): RunWalk => {
    const walk = new StoredRunWalk(() => this.read(order, after, expected));
    this.walks.push(walk);
    return walk;
  };

  *find(runId: string): Steps<Run | undefined> {
    const row = yield* awaited(this.context.repository.readRun(this.context, this.sessionId, runId));
    const stored = row?.table_run ?? row?.legacy_run;
    return stored === undefined || stored === null ? undefined : runOf(stored);
  }

  existing(runIds: readonly string[]): Steps<ReadonlySet<string>> {
    return awaited(this.context.repository.existingRuns(this.context, this.sessionId, runIds));
  }

  close(): void {
    for (const walk of this.walks) walk.close();
  }

  /** @throws HttpProblem 404 */
  private async read(order: RunOrder, after: RunPosition | undefined, expected: number): Promise<RunsPage> {
    const { members } = this.parts;
    const page = await this.context.repository.readRunsPage(this.context, this.sessionId, {
      detail: members ? 'members' : 'messages',
      order,
      topLevel: !members,
      after,
      limit: BigInt(expected),
    });
    if (page === undefined) throw runsSessionNotFound(this.sessionId);
    this.found ??= page.session;
    return page;
  }
}

/** Reads a part of the runs when its first run is needed. */
class StoredRunWalk implements RunWalk {
  private page: RunsPage | undefined;
  private isClosed = false;

  constructor(private readonly read: () => Promise<RunsPage>) {}

  *next(): Steps<PositionedRun | undefined> {
    this.page ??= yield* awaited(this.opened());
    const run = yield* this.page.runs.next();
    const position = this.page.position();
    return run && position && { run, position };
  }

  close(): void {
    this.isClosed = true;
    this.page?.close();
  }

  private async opened(): Promise<RunsPage> {
    const page = await this.read();
    if (this.isClosed) page.close();
    return page;
  }
}

/** Waits for a promise between two steps. */
function* awaited<T>(promise: Promise<T>): Steps<T> {
  const results: T[] = [];
  yield promise.then((result) => results.push(result));
  return results[0] as T;
}
