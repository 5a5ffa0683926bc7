import {
  type BodyText,
  hasStatus,
  isWithin,
  lentLabel,
  listedRunKind,
  listText,
  mergeRuns,
  ownRunKind,
  problem,
  type RawJson,
  type Run,
  type RunFilter,
  type RunKind,
  runBody,
  runOf,
  runPreview,
  runStatus,
  type SessionType,
  type Steps,
  type StoredSession,
} from '@agno/contract';
import type { Deadline } from '@agno/database';
import type { RunDetail, SessionStore, SessionWithRuns } from '@agno/storage';
import { Injectable, Logger } from '@nestjs/common';
import { inSteps } from './in-steps.js';

/** What the run listings can be asked for. */
export interface RunsQuery extends RunFilter {
  readonly type?: SessionType | undefined;
  readonly userId?: string | undefined;
}

/** Use cases on the runs of a session; every answer is the JSON text of a body. */
@Injectable()
export class RunsService {
  private readonly logger = new Logger('Runs');

  async list(store: SessionStore, id: string, query: RunsQuery, deadline: Deadline): Promise<BodyText> {
    const onMisfit = this.misfitOf(store, id);
    return this.listed(store, id, query, 'whole', deadline, (kind, run, session) =>
      runBody(kind, run, labelFor(kind, run, session, query), 'dropped', onMisfit),
    );
  }

  async previews(store: SessionStore, id: string, query: RunsQuery, deadline: Deadline): Promise<BodyText> {
    const onMisfit = this.misfitOf(store, id);
    return this.listed(store, id, query, 'preview', deadline, (kind, run) => runPreview(kind, run, onMisfit));
  }

  async one(
    store: SessionStore,
    id: string,
    runId: string,
    userId: string | undefined,
    deadline: Deadline,
  ): Promise<BodyText> {
    const row = await store.readRun(id, userId, runId, deadline);
    if (row === undefined) throw problem(404, `Session with ID ${id} not found`);
    if (row.has_runs !== 't') throw problem(404, `Session with ID ${id} has no runs`);
    const stored = row.table_run ?? row.legacy_run;
    if (stored === null) throw problem(404, `Run with ID ${runId} not found in session ${id}`);
    const run = runOf(stored);
    const kind = ownRunKind(run);
    return runBody(kind, run, kind === 'agent' ? lentLabel(run, row) : undefined, 'shown', this.misfitOf(store, id));
  }

  /** The runs that a listing asks for, each as `print` shows it. */
  private async listed(
    store: SessionStore,
    id: string,
    query: RunsQuery,
    detail: RunDetail,
    deadline: Deadline,
    print: PrintRun,
  ): Promise<BodyText> {
    const stored = await store.read(id, query.userId, detail, deadline);
    if (stored === undefined) throw problem(404, `Session with ID ${id} not found`);
    return inSteps(printRuns(stored, query, print));
  }

  private misfitOf(store: SessionStore, sessionId: string): (field: string) => void {
    return (field) =>
      this.logger.warn(
        `A run of session '${sessionId}' of database '${store.database.id}': stored ${field} does not fit, answered as null`,
      );
  }
}

type PrintRun = (kind: RunKind, run: Run, session: StoredSession) => BodyText;

function* printRuns(
  { session, tableRuns, legacyRuns }: SessionWithRuns,
  query: RunsQuery,
  print: PrintRun,
): Steps<BodyText> {
  const printed: BodyText[] = [];
  for (const run of yield* mergeRuns(tableRuns, legacyRuns)) {
    const kind = listedRunKind(run, session, query.type);
    if (kind !== undefined && isWithin(run, query) && hasStatus(runStatus(kind, run), query)) {
      printed.push(print(kind, run, session));
    }
    yield;
  }
  return listText(printed);
}

/** Only a listing as agent runs lends the session's label. */
function labelFor(kind: RunKind, run: Run, session: StoredSession, { type }: RunsQuery): RawJson | undefined {
  const asAgentSession = (type ?? 'agent') === 'agent';
  return kind === 'agent' && asAgentSession ? lentLabel(run, session) : undefined;
}
