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
import {
  type PageVersion,
  type PartOfPage,
  pageVersion,
  type RunsPage,
  type RunsSelection,
} from '@session-service/storage';
import { runsSessionNotFound } from './runs.service.js';
import type { SessionContext } from './session-access.js';

/** The runs of a session as the pages of its messages read them. Must be closed. */
export class StoredConversation implements ConversationContext, StoredRunLookup {
  readonly parts: ConversationParts;
  readonly lookup: StoredRunLookup = this;
  private found: StoredSession | undefined;
  private readonly walks: StoredRunWalk[] = [];
  /** The version of all runs before the first of them was looked for. */
  private allRuns: PartOfPage | undefined;

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
    yield* awaited(this.readAllVersions());
    const row = yield* awaited(this.context.repository.readRun(this.context, this.sessionId, runId));
    const stored = row?.table_run ?? row?.legacy_run;
    return stored === undefined || stored === null ? undefined : runOf(stored);
  }

  *existing(runIds: readonly string[]): Steps<ReadonlySet<string>> {
    yield* awaited(this.readAllVersions());
    return yield* awaited(this.context.repository.existingRuns(this.context, this.sessionId, runIds));
  }

  /** The version of all that was read. Undefined if rows have no versions. Called at the end. */
  version(): PageVersion | undefined {
    const ofWalks = this.walks.flatMap((walk) => walk.readPart() ?? []);
    return pageVersion(this.allRuns === undefined ? ofWalks : [...ofWalks, this.allRuns]);
  }

  close(): void {
    for (const walk of this.walks) walk.close();
  }

  private async readAllVersions(): Promise<void> {
    if (this.allRuns !== undefined) return;
    const { context, sessionId } = this;
    const version = await context.repository.versions.read(context, { id: sessionId, part: 'runs' }, false);
    this.allRuns = { range: 'all', versions: [version] };
  }

  /** @throws HttpProblem 404 */
  private async read(order: RunOrder, after: RunPosition | undefined, expected: number): Promise<RunsPage> {
    const { members } = this.parts;
    const page = await this.context.repository.runPages.read(this.context, this.sessionId, {
      ...conversationRuns(this.parts),
      detail: members ? 'members' : 'messages',
      order,
      after,
      limit: BigInt(expected),
    });
    if (page === undefined) throw runsSessionNotFound(this.sessionId);
    this.found ??= page.session;
    return page;
  }
}

/** The runs whose messages a conversation has. */
export function conversationRuns({ members }: ConversationParts): RunsSelection {
  return { topLevel: !members };
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

  /** Undefined if nothing was read. */
  readPart(): PartOfPage | undefined {
    return this.page?.readPart();
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
