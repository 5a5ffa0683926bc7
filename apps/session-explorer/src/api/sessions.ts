import type { MetadataFilters, Session, SessionsQuery } from '@session-service/session-client';
import { type InfiniteData, type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Filters, View } from '../shell/view';
import { useService } from './client';
import { type LoadedPage, loadPage } from './loaded-page';
import type { SessionTarget } from './session-changes';

const PAGE_SIZE = 50;

type SessionsPage = LoadedPage<Session>;

/** The sessions that the filters match, the newest first, page by page. */
export function useSessions({ database, filters, sort }: Pick<View, 'database' | 'filters' | 'sort'>) {
  const { client } = useService();
  return useInfiniteQuery({
    queryKey: ['sessions', database, filters, sort],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...sessionsQuery(filters), sort_by: sort, db_id: database ?? null };
      return loadPage(client.sessions({ ...query, limit: PAGE_SIZE, cursor: pageParam }, { signal }));
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }: InfiniteData<SessionsPage>) => pages.flatMap(({ data }) => data),
  });
}

/** The parameters of the list for the filters of the view. */
export function sessionsQuery({ type, component, user, name, from, to, metadata }: Filters): SessionsQuery {
  const before = secondOf(to, 1);
  return {
    ...metadataFilters(metadata),
    // An unknown type is the service's to reject.
    type: (type || null) as SessionsQuery['type'],
    component_id: component || null,
    user_id: user || null,
    session_name: name || null,
    created_after: secondOf(from, 0) ?? null,
    created_before: before === undefined ? null : before - 1,
  };
}

function metadataFilters(conditions: readonly string[]): MetadataFilters {
  const filters: Record<`metadata.${string}`, string[]> = {};
  for (const condition of conditions) {
    const separator = condition.indexOf('=');
    if (separator <= 0) continue;
    const parameter = `metadata.${condition.slice(0, separator)}` as const;
    filters[parameter] = [...(filters[parameter] ?? []), condition.slice(separator + 1)];
  }
  return filters;
}

/** The second in which a day begins in the time zone of the browser. @param offset days after `date` */
function secondOf(date: string, offset: number): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return Math.floor(new Date(year, month - 1, day + offset).getTime() / 1000);
}

/** The values of one session without its conversation. */
export function useSession(id: string, database: string | undefined) {
  const { client } = useService();
  return useQuery({
    queryKey: ['session', database, id],
    queryFn: ({ signal }) =>
      client.get('/sessions/{session_id}', {
        params: { path: { session_id: id }, query: { chat_history: false, db_id: database ?? null } },
        signal,
      }),
  });
}

/** A session as a loaded list shows it; undefined if none does. */
export function useListedSession(id: string): Session | undefined {
  const lists = useQueryClient().getQueriesData<InfiniteData<SessionsPage>>({ queryKey: ['sessions'] });
  for (const [, list] of lists) {
    for (const { data } of list?.pages ?? []) {
      const found = data.find(({ session_id }) => session_id === id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Shows the new name of a session wherever it is loaded, and reads its other values again. */
export function showName(queries: QueryClient, { id, database }: SessionTarget, name: string): void {
  queries.setQueriesData<InfiniteData<SessionsPage>>({ queryKey: ['sessions', database] }, (list) =>
    mapPages(list, (sessions) =>
      sessions.map((session) => (session.session_id === id ? { ...session, session_name: name } : session)),
    ),
  );
  queries.setQueryData<object>(['session', database, id], (session) => session && { ...session, session_name: name });
  reloadValues(queries, { id, database });
}

/** Removes deleted sessions from the loaded lists. */
export function removeFromLists(queries: QueryClient, database: string | undefined, ids: ReadonlySet<string>): void {
  queries.setQueriesData<InfiniteData<SessionsPage>>({ queryKey: ['sessions', database] }, (list) =>
    mapPages(list, (sessions) => sessions.filter(({ session_id }) => !ids.has(session_id))),
  );
}

/** Reads the values of a session again where they are shown, after a change of them. */
export function reloadValues(queries: QueryClient, { id, database }: SessionTarget): void {
  void queries.invalidateQueries({ queryKey: ['session', database, id] });
  void queries.invalidateQueries({ queryKey: ['text'] });
}

function mapPages(
  list: InfiniteData<SessionsPage> | undefined,
  change: (sessions: readonly Session[]) => readonly Session[],
): InfiniteData<SessionsPage> | undefined {
  return list && { ...list, pages: list.pages.map((page) => ({ ...page, data: change(page.data) })) };
}
