import { Injectable } from '@nestjs/common';
import {
  type GetRuns,
  hasStatus,
  inheritedSdkLabel,
  invalidRunCursor,
  isCreatedWithin,
  listedRunKind,
  type OnInvalidField,
  ownRunKind,
  problem,
  type Run,
  type RunKind,
  runOf,
  runStatus,
  type SessionType,
  type StoredSession,
  writeRun,
  writeRunPreview,
} from '@session-service/contract';
import type { JsonWriter, RawJson, Steps } from '@session-service/json';
import {
  InvalidPosition,
  pageVersion,
  type RunDetail,
  type SessionWithRuns,
  versionOf,
} from '@session-service/storage';
import type { VersionedBody } from './conditional-reads.js';
import { type SelectedRuns, selectRuns, selectsRuns } from './selected-runs.js';
import type { SessionContext } from './session-access.js';
import { isWhole, writeResponse } from './write-response.js';

/**
 * Lists, previews and details of runs. Each method returns the JSON body of the response; if `isVersioned`, with the version of
 * its rows.
 */
@Injectable()
export class RunsService {
  list(context: SessionContext, sessionId: string, query: GetRuns, isVersioned: boolean): Promise<VersionedBody> {
    const write: WriteRun = (writer, kind, run, onInvalid, session) =>
      writeRun(writer, kind, run, sessionSdkLabel(kind, run, session, query.type), 'dropped', onInvalid);
    return respondWithRuns(context, sessionId, query, 'whole', write, isVersioned);
  }

  previews(context: SessionContext, sessionId: string, query: GetRuns, isVersioned: boolean): Promise<VersionedBody> {
    const { includesMetrics } = query;
    const write: WriteRun = (writer, kind, run, onInvalid) =>
      writeRunPreview(writer, kind, run, onInvalid, includesMetrics);
    const detail = includesMetrics ? 'measured-preview' : 'preview';
    return respondWithRuns(context, sessionId, query, detail, write, isVersioned);
  }

  async detail(
    context: SessionContext,
    sessionId: string,
    runId: string,
    isVersioned: boolean,
  ): Promise<VersionedBody> {
    const row = await context.repository.readRun(context, sessionId, runId, isVersioned);
    if (row === undefined) throw runsSessionNotFound(sessionId);
    if (row.has_runs !== 't') throw problem(404, `Session with ID ${sessionId} has no runs`);
    const stored = row.table_run ?? row.legacy_run;
    if (stored === null) throw problem(404, `Run with ID ${runId} not found in session ${sessionId}`);
    const run = runOf(stored);
    const kind = ownRunKind(run);
    const label = kind === 'agent' ? inheritedSdkLabel(run, row) : undefined;
    const body = await writeResponse(logSubject(context, sessionId), NOTHING_TO_CLOSE, (writer, onInvalid) =>
      writeRun(writer, kind, run, label, 'shown', onInvalid),
    );
    return { body, version: versionOf(row) };
  }
}

type WriteRun = (
  writer: JsonWriter,
  kind: RunKind,
  run: Run,
  onInvalid: OnInvalidField,
  session: StoredSession,
) => Steps<void>;

/** Responds with the runs that match the query, each written by `write`: all as a JSON array, or a page of them. */
async function respondWithRuns(
  context: SessionContext,
  sessionId: string,
  query: GetRuns,
  detail: RunDetail,
  write: WriteRun,
  isVersioned: boolean,
): Promise<VersionedBody> {
  if (selectsRuns(query)) return respondWithSelected(context, sessionId, query, detail, write);
  const stored = await context.repository.read(context, sessionId, isVersioned ? `${detail}:version` : detail);
  if (stored === undefined) throw runsSessionNotFound(sessionId);
  const body = await writeResponse(logSubject(context, sessionId), stored, (writer, onInvalid) =>
    writeRuns(writer, stored, query, onInvalid, write),
  );
  return { body, version: stored.version };
}

/** As `respondWithRuns`, for parameters that AgentOS does not have. */
async function respondWithSelected(
  context: SessionContext,
  sessionId: string,
  query: GetRuns,
  detail: RunDetail,
  write: WriteRun,
): Promise<VersionedBody> {
  try {
    const selected = await selectRuns(context, sessionId, query, detail);
    if (selected === undefined) throw runsSessionNotFound(sessionId);
    const body = await writeResponse(logSubject(context, sessionId), selected.stored, (writer, onInvalid) =>
      writeSelected(writer, selected, query, onInvalid, write),
    );
    if (query.page === undefined) return { body, version: selected.stored.version };
    return { body, version: isWhole(body) ? pageVersion([selected.stored.readPart()]) : undefined };
  } catch (error) {
    throw error instanceof InvalidPosition ? invalidRunCursor() : error;
  }
}

function* writeSelected(
  writer: JsonWriter,
  { stored, skipped, limit, meta }: SelectedRuns,
  query: GetRuns,
  onInvalid: OnInvalidField,
  write: WriteRun,
): Steps<void> {
  if (meta === undefined) return yield* writeRuns(writer, stored, query, onInvalid, write);
  writer.openObject().key('data');
  yield* writeRuns(writer, stored, query, onInvalid, write, skipped, skipped + limit);
  const value = meta();
  writer
    .key('meta')
    .value(typeof value === 'object' ? yield* value : value)
    .closeObject();
}

/**
 * @param start number of matching runs that are read, but not written
 * @param end number of matching runs after which the list ends
 */
function* writeRuns(
  writer: JsonWriter,
  { session, runs }: SessionWithRuns,
  query: GetRuns,
  onInvalid: OnInvalidField,
  write: WriteRun,
  start = 0,
  end = Infinity,
): Steps<void> {
  writer.openArray();
  for (let matching = 0; matching < end; ) {
    const run = yield* runs.next();
    if (run === undefined) break;
    const kind = listedRunKind(run, session, query.type);
    if (kind !== undefined && isCreatedWithin(run, query) && hasStatus(runStatus(kind, run), query)) {
      if (matching >= start) yield* write(writer, kind, run, onInvalid, session);
      matching++;
    }
    yield;
  }
  writer.closeArray();
}

/** In lists of agent runs, and only there, a run inherits the SDK label of its session. */
function sessionSdkLabel(
  kind: RunKind,
  run: Run,
  session: StoredSession,
  type: SessionType = 'agent',
): RawJson | undefined {
  return kind === 'agent' && type === 'agent' ? inheritedSdkLabel(run, session) : undefined;
}

/** The 404 for a session of which runs or messages are asked. */
export function runsSessionNotFound(id: string) {
  return problem(404, `Session with ID ${id} not found`);
}

function logSubject({ repository }: SessionContext, sessionId: string): string {
  return `Runs of session '${sessionId}' of database '${repository.database.id}'`;
}

/** A single run is read completely before it is written, so that no connection is held. */
const NOTHING_TO_CLOSE = { close: () => undefined };
