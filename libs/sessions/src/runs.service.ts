import { Injectable } from '@nestjs/common';
import {
  hasStatus,
  inheritedSdkLabel,
  isCreatedWithin,
  listedRunKind,
  type OnInvalidField,
  ownRunKind,
  problem,
  type Run,
  type RunFilter,
  type RunKind,
  runOf,
  runStatus,
  type SessionType,
  type StoredSession,
  writeRun,
  writeRunPreview,
} from '@session-service/contract';
import type { WorkLimits } from '@session-service/database';
import { type JsonBody, type JsonWriter, type RawJson, type Steps, type StreamedBody } from '@session-service/json';
import type { RunDetail, SessionRepository, SessionWithRuns } from '@session-service/storage';
import { writeResponse } from './write-response.js';

/** What the run listings can be asked for. */
export interface RunsQuery extends RunFilter {
  readonly type?: SessionType | undefined;
  readonly userId?: string | undefined;
}

/** Use cases on the runs of a session; every response is the JSON text of a body. */
@Injectable()
export class RunsService {
  async list(
    store: SessionRepository,
    id: string,
    query: RunsQuery,
    limits: WorkLimits,
  ): Promise<JsonBody | StreamedBody> {
    return this.respondWithRuns(store, id, query, 'whole', limits, ({ writer, kind, run, session, onInvalid }) =>
      writeRun(writer, kind, run, labelFor(kind, run, session, query), 'dropped', onInvalid),
    );
  }

  async previews(
    store: SessionRepository,
    id: string,
    query: RunsQuery,
    limits: WorkLimits,
  ): Promise<JsonBody | StreamedBody> {
    return this.respondWithRuns(store, id, query, 'preview', limits, ({ writer, kind, run, onInvalid }) =>
      writeRunPreview(writer, kind, run, onInvalid),
    );
  }

  async detail(
    store: SessionRepository,
    id: string,
    runId: string,
    userId: string | undefined,
    limits: WorkLimits,
  ): Promise<JsonBody | StreamedBody> {
    const row = await store.readRun(id, userId, runId, limits);
    if (row === undefined) throw problem(404, `Session with ID ${id} not found`);
    if (row.has_runs !== 't') throw problem(404, `Session with ID ${id} has no runs`);
    const stored = row.table_run ?? row.legacy_run;
    if (stored === null) throw problem(404, `Run with ID ${runId} not found in session ${id}`);
    const run = runOf(stored);
    const kind = ownRunKind(run);
    const label = kind === 'agent' ? inheritedSdkLabel(run, row) : undefined;
    return writeResponse(subject(store, id), NOTHING_TO_CLOSE, (writer, onInvalid) =>
      writeRun(writer, kind, run, label, 'shown', onInvalid),
    );
  }

  /** The runs that a listing asks for, each as `write` shows it. */
  private async respondWithRuns(
    store: SessionRepository,
    id: string,
    query: RunsQuery,
    detail: RunDetail,
    limits: WorkLimits,
    write: WriteRun,
  ): Promise<JsonBody | StreamedBody> {
    const stored = await store.read(id, query.userId, detail, limits);
    if (stored === undefined) throw problem(404, `Session with ID ${id} not found`);
    return writeResponse(subject(store, id), stored, (writer, onInvalid) =>
      writeRuns(writer, stored, query, onInvalid, write),
    );
  }
}

function subject(store: SessionRepository, sessionId: string): string {
  return `Runs of session '${sessionId}' of database '${store.database.id}'`;
}

/** A single run is there as a whole. */
const NOTHING_TO_CLOSE = { close: () => undefined };

interface ListedRun {
  readonly writer: JsonWriter;
  readonly kind: RunKind;
  readonly run: Run;
  readonly session: StoredSession;
  readonly onInvalid: OnInvalidField;
}

type WriteRun = (listed: ListedRun) => Steps<void>;

function* writeRuns(
  writer: JsonWriter,
  { session, runs }: Pick<SessionWithRuns, 'session' | 'runs'>,
  query: RunsQuery,
  onInvalid: OnInvalidField,
  write: WriteRun,
): Steps<void> {
  writer.openArray();
  for (let raw = yield* runs.next(); raw !== undefined; raw = yield* runs.next()) {
    const run = runOf(raw);
    const kind = listedRunKind(run, session, query.type);
    if (kind !== undefined && isCreatedWithin(run, query) && hasStatus(runStatus(kind, run), query)) {
      yield* write({ writer, kind, run, session, onInvalid });
    }
    yield;
  }
  writer.closeArray();
}

/** Only a listing as agent runs lends the session's label. */
function labelFor(kind: RunKind, run: Run, session: StoredSession, { type }: RunsQuery): RawJson | undefined {
  const asAgentSession = (type ?? 'agent') === 'agent';
  return kind === 'agent' && asAgentSession ? inheritedSdkLabel(run, session) : undefined;
}
