import {
  digestOf,
  effectiveType,
  encodeRunCursor,
  type GetRuns,
  invalidRunCursor,
  type RunsPageAfter,
  type RunsPageNumber,
} from '@session-service/contract';
import { asRaw, type RawJson, type Steps } from '@session-service/json';
import type { RunDetail, RunsPage, RunsQuery } from '@session-service/storage';
import type { SessionContext } from './session-access.js';

/** The runs of a session that a request selects with parameters which AgentOS does not have. */
export interface SelectedRuns {
  readonly stored: RunsPage;
  /** Of the runs that match the filters: how many precede the page, and how many it has at most. */
  readonly skipped: number;
  readonly limit: number;
  /** The member `meta` of a page, called after its last run. Undefined if all runs are requested, as a JSON array. */
  readonly meta: (() => RawJson | Steps<RawJson>) | undefined;
}

/** True if the request selects other runs, or another order, than AgentOS would. */
export function selectsRuns({ order, topLevel, parentRunId, page }: GetRuns): boolean {
  return page !== undefined || topLevel || order !== undefined || parentRunId !== undefined;
}

/**
 * Undefined if the session does not exist.
 *
 * @throws InvalidPosition, also while the runs are read
 * @throws HttpProblem 400 if the cursor is one of other runs
 */
export async function selectRuns(
  context: SessionContext,
  sessionId: string,
  query: GetRuns,
  detail: RunDetail,
): Promise<SelectedRuns | undefined> {
  const { page, order = 'asc', topLevel, parentRunId } = query;
  const read = (part: Pick<RunsQuery, 'after' | 'offset' | 'limit'>) =>
    context.repository.runPages.read(context, sessionId, { detail, order, topLevel, parentRunId, ...part });
  if (page === undefined) {
    const stored = await read({});
    return stored && { stored, skipped: 0, limit: Infinity, meta: undefined };
  }
  return 'cursor' in page
    ? pageAfter(page, digestOfRuns(context, sessionId, query), read)
    : numberedPage(page, query, read);
}

type ReadPart = (part: Pick<RunsQuery, 'after' | 'offset' | 'limit'>) => Promise<RunsPage | undefined>;

/** Equal for requests whose lists have the same runs. */
function digestOfRuns({ repository, userId }: SessionContext, sessionId: string, query: GetRuns): string {
  const { table, type, statuses, createdAfter, createdBefore, topLevel, parentRunId } = query;
  const filters = [table, userId, type, createdAfter?.toString(), createdBefore?.toString(), parentRunId];
  const sorted = statuses && [...statuses].sort();
  return digestOf([
    repository.database.id,
    sessionId,
    topLevel,
    sorted ?? null,
    ...filters.map((value) => value ?? null),
  ]);
}

/** With a run more than the page shows, which tells whether there is another page. */
async function pageAfter(
  { cursor, limit }: RunsPageAfter,
  digest: string,
  read: ReadPart,
): Promise<SelectedRuns | undefined> {
  if (cursor !== 'start' && cursor.digest !== digest) throw invalidRunCursor();
  const stored = await read({ after: cursor === 'start' ? undefined : cursor.position, limit: limit + 1n });
  return stored && { stored, skipped: 0, limit: Number(limit), meta: () => cursorMeta(stored, limit, digest) };
}

function* cursorMeta(stored: RunsPage, limit: bigint, digest: string): Steps<RawJson> {
  const position = (yield* stored.hasNext()) ? stored.position() : undefined;
  const cursor = position === undefined ? null : encodeRunCursor({ digest, position });
  return asRaw(`{"limit":${limit},"next_cursor":${JSON.stringify(cursor)}}`);
}

/** If a filter depends on what the runs contain, the runs of the pages before are read as well, and are not counted. */
async function numberedPage(
  { number, limit }: RunsPageNumber,
  query: GetRuns,
  read: ReadPart,
): Promise<SelectedRuns | undefined> {
  const offset = (number - 1n) * limit;
  const isFiltered = (query.statuses ?? query.createdAfter ?? query.createdBefore) !== undefined;
  const counted = isFiltered ? undefined : await read({ offset, limit });
  if (!isFiltered && counted === undefined) return undefined;
  if (counted !== undefined && (query.type ?? effectiveType(counted.session)) !== 'team') {
    return { stored: counted, skipped: 0, limit: Number(limit), meta: () => numberMeta(number, limit, counted.total) };
  }
  counted?.close();
  const stored = await read({ limit: offset + limit });
  return (
    stored && {
      stored,
      skipped: Number(offset),
      limit: Number(limit),
      meta: () => numberMeta(number, limit, undefined),
    }
  );
}

function numberMeta(page: bigint, limit: bigint, total: string | undefined): RawJson {
  const pages = total === undefined ? null : (BigInt(total) + limit - 1n) / limit;
  return asRaw(`{"page":${page},"limit":${limit},"total_pages":${pages},"total_count":${total ?? null}}`);
}
